package io.selvage.guide;

import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Tasks;
import io.selvage.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The code of docs/guide/getting-started.md; GuideTest compares it. */
final class GettingStartedChapter {
  private GettingStartedChapter() {}

  static List<Integer> lengths(List<String> urls) throws InterruptedException {
    // @start region="firstMap"
    List<Integer> lengths = Tasks.map(urls, 4, url -> fetch(url).length());
    // @end
    return lengths;
  }

  static String limited() throws InterruptedException, TimeoutException {
    // @start region="firstLimit"
    String page = CancelScope.failAfter(ofSeconds(30)).call(() -> fetch("/front"));
    // @end
    return page;
  }

  static List<String> channel() throws InterruptedException {
    List<String> printed = new ArrayList<>();
    // @start region="firstChannel"
    Channel<String> lines = Channel.unbounded();
    lines.send("one");
    lines.send("two");
    lines.close();
    lines.forEach(line -> printed.add(line));
    // @end
    return printed;
  }

  private static String fetch(String url) throws InterruptedException {
    Selvage.checkpoint();
    return "page of " + url;
  }
}
