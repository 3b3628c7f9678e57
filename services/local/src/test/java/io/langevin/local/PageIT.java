package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.TrainingProgress;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
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

    private void use(WebDriver page, LocalPlatform platform) throws Exception {
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
        enlarge(page, wait);
        scored(page, wait);

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
        changed(page, wait, platform);
    }

    /** A model that has another checkpoint waiting, and had one before. */
    private void changed(WebDriver page, WebDriverWait wait, LocalPlatform platform)
            throws InterruptedException {
        var model =
                PublishedCheckpoint.newBuilder()
                        .setModel("other")
                        .setCheckpoint("a".repeat(64))
                        .setFamily("ncsnv2")
                        .setNgf(4)
                        .setImageSize(8)
                        .setChannels(1)
                        .setLevels(2)
                        .setStepsPerLevel(1)
                        .setScheduleId("s")
                        .setPublishedAt(Instant.now())
                        .setCandidate(new OtherCheckpoint("b".repeat(64), null, null))
                        .setPrevious(new OtherCheckpoint("c".repeat(64), null, null))
                        .build();
        try (var writer =
                RecordWriter.open(
                        platform.kafka(),
                        new Schemas(platform.kafka()),
                        Topics.MODEL_CHECKPOINTS,
                        "test")) {
            writer.write("other", model);
        }
        By buttons = By.cssSelector("#models tr button");
        wait.until(p -> p.findElements(buttons).size() == 2);
        assertThat(page.findElements(buttons))
                .extracting(WebElement::getText)
                .containsExactly("Promote", "Roll back");
        String before = page.findElement(By.id("answer")).getText();

        page.findElements(buttons).get(1).click();

        wait.until(
                p -> {
                    String said = p.findElement(By.id("answer")).getText();
                    return said.startsWith("published ") && !said.equals(before);
                });
    }

    /** A picture that the page itself reduces to a quarter of the model's size. */
    private void enlarge(WebDriver page, WebDriverWait wait) throws IOException {
        WebElement form = page.findElement(By.id("sample"));
        new Select(form.findElement(By.name("task"))).selectByValue("SUPER_RESOLVE");
        assertThat(form.findElement(By.name("mask")).isDisplayed()).isFalse();
        WebElement factor = form.findElement(By.name("factor"));
        factor.clear();
        factor.sendKeys("4");
        form.findElement(By.name("image")).sendKeys(picture(9).toString());
        form.findElement(By.name("seed")).clear();
        form.findElement(By.name("seed")).sendKeys("9223372036854775807");

        String id = published(page, wait, form);

        wait.until(p -> stage(p, id).equals("completed"));
        wait.until(p -> loadedImages(p) == 4);
    }

    private void scored(WebDriver page, WebDriverWait wait) throws IOException {
        WebElement form = page.findElement(By.id("sample"));
        new Select(form.findElement(By.name("task"))).selectByValue("SCORE");
        form.findElement(By.name("image")).sendKeys(picture(5).toString());
        form.findElement(By.tagName("button")).click();
        wait.until(
                p ->
                        p.findElement(By.id("answer"))
                                .getText()
                                .equals("The image must have at least 28×28 pixels, not 5×5."));
        form.findElement(By.name("image")).sendKeys(picture(64).toString());

        published(page, wait, form);

        WebElement score =
                wait.until(
                        p ->
                                p.findElements(By.cssSelector("#images figcaption")).stream()
                                        .findFirst()
                                        .orElse(null));
        assertThat(Double.parseDouble(score.getText())).isGreaterThan(20);
    }

    private static String published(WebDriver page, WebDriverWait wait, WebElement form) {
        String before = page.findElement(By.id("answer")).getText();
        form.findElement(By.tagName("button")).click();
        wait.until(
                p -> {
                    String text = p.findElement(By.id("answer")).getText();
                    return text.startsWith("published ") && !text.equals(before);
                });
        return page.findElement(By.id("answer")).getText().substring("published ".length());
    }

    private Path picture(int size) throws IOException {
        Path file = folder.resolve(size + ".png");
        var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        image.setRGB(size / 2, size / 2, 0xffffff);
        ImageIO.write(image, "png", file.toFile());
        return file;
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
