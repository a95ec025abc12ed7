package io.selvage.guide;

// @start region="hello"
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import java.time.Duration;

public class Hello {
  public static void main(String[] args) throws InterruptedException {
    String greeting =
        TaskGroup.call(
            group -> {
              Task<String> name = group.fork("name", () -> slow("Ada"));
              Task<String> city = group.fork("city", () -> slow("London"));
              return name.join() + " lives in " + city.join();
            });
    System.out.println(greeting);
  }

  static String slow(String answer) throws InterruptedException {
    Selvage.sleep(Duration.ofMillis(100));
    return answer;
  }
}
// @end
