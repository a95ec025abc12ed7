/** A program of a new user. */
module com.example.app {
  requires io.selvage;
}
