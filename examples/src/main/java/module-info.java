/** Runnable examples of Selvage. */
module io.selvage.examples {
  requires io.selvage;
  requires io.selvage.net;
  requires static org.jspecify;
  requires jdk.unsupported;
  requires me.tongfei.progressbar;
}
