package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.records.TrainingProgress;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The dashboard in a real browser: a person asks for images and sees them arrive. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class PageIT {
    private static final String RUN = "0b0e7f7a-9a8e-4a3d-9d2c-000000000001";

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir Path folder;

    @Test
    void a_person_asks_for_images_and_sees_request_images_and_loss_live() throws Exception {
        Optional<File> browser = command("chromium", "google-chrome");
        Optional<File> driver = command("chromedriver");
        assumeTrue(
                browser.isPresent() && driver.isPresent(),
                "skipped: install chromium and chromedriver to open the dashboard in a browser");
        try (LocalPlatform platform =
                LocalPlatform.start(new LocalConfig(folder, Path.of("../.."), 0, 0, 0))) {
            WebDriver page = open(browser.get(), driver.get());
            try {
                page.get(platform.address().page());
                use(page, platform);
            } finally {
                page.quit();
            }
        }
    }

    private static void use(WebDriver page, LocalPlatform platform) throws InterruptedException {
        WebDriverWait wait = new WebDriverWait(page, PATIENCE);
        wait.ignoring(
                StaleElementReferenceException.class); // tables are drawn anew at every change
        wait.until(p -> p.findElement(By.id("connection")).getText().equals("live"));
        wait.until(p -> !p.findElements(By.cssSelector("#models tr")).isEmpty());
        WebElement form = page.findElement(By.id("sample"));
        new Select(form.findElement(By.name("model"))).selectByValue("fashion");
        WebElement count = form.findElement(By.name("count"));
        count.clear();
        count.sendKeys("2");
        form.findElement(By.name("seed")).sendKeys("7");

        form.findElement(By.tagName("button")).click();

        wait.until(p -> p.findElement(By.id("answer")).getText().startsWith("published "));
        String id = page.findElement(By.id("answer")).getText().substring("published ".length());
        wait.until(p -> stage(p, id).equals("waiting") || stage(p, id).equals("completed"));
        wait.until(p -> stage(p, id).equals("completed"));
        wait.until(p -> loadedImages(p) == 2);

        try (var writer =
                RecordWriter.open(
                        platform.kafka(),
                        new Schemas(platform.kafka()),
                        Topics.TRAINING_PROGRESS,
                        "test")) {
            for (int step = 1; step <= 3; step++) {
                writer.write(RUN, progress(step));
            }
        }
        wait.until(p -> p.findElement(By.id("progress")).getText().startsWith("step 3,"));
        assertThat(page.findElements(By.cssSelector("#loss polyline"))).hasSize(1);
    }

    private static String stage(WebDriver page, String id) {
        List<WebElement> cells =
                page.findElements(By.cssSelector("#jobs tr[data-id='" + id + "'] td[data-stage]"));
        return cells.isEmpty() ? "" : cells.get(0).getText();
    }

    /** Pictures that the browser has decoded. */
    private static long loadedImages(WebDriver page) {
        return page.findElements(By.cssSelector("#images img")).stream()
                .filter(image -> "28".equals(image.getDomProperty("naturalWidth")))
                .count();
    }

    private static TrainingProgress progress(int step) {
        return TrainingProgress.newBuilder()
                .setRunId(RUN)
                .setIteration(step)
                .setIterations(10)
                .setSeconds(step)
                .setLoss(100.0 / step)
                .setImagesPerSecond(50)
                .setMeasuredAt(Instant.now())
                .build();
    }

    private static WebDriver open(File browser, File driver) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1280,1600");
        return new ChromeDriver(
                new ChromeDriverService.Builder().usingDriverExecutable(driver).build(), options);
    }

    private static Optional<File> command(String... names) {
        return Stream.of(names)
                .flatMap(
                        name ->
                                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Path::toFile)
                .findFirst();
    }
}
