package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.TrainingProgress;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TakesScreenshot;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
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
        String root = platform.address().page() + "/#/";
        WebDriverWait wait = new WebDriverWait(page, PATIENCE);
        wait.ignoring(StaleElementReferenceException.class); // lists are drawn anew
        wait.until(p -> p.findElement(By.id("connection")).getText().equals("live"));
        page.get(root + "ask");
        String asked = generated(page, wait);
        enlarged(page, wait);
        scored(page, wait);
        page.get(root);
        wait.until(p -> loadedImages(p, "#images img") == 7);
        assertThat(score(page)).isGreaterThan(20);

        page.get(root + "requests");
        wait.until(p -> stage(p, asked).equals("completed"));
        page.findElement(By.linkText(asked)).click();
        wait.until(p -> loadedImages(p, "main .images img") == 2);
        page.findElement(By.cssSelector("main .images button")).click();
        wait.until(p -> p.findElement(By.id("detail")).getText().contains("Seed"));
        page.findElement(By.cssSelector("#detail form button")).click();
        assertThat(zipped(platform, asked)).isEqualTo(2);

        trained(page, wait, platform, root);
        changed(page, wait, platform, root);
        redriven(page, wait, platform, root);
        page.get(root + "topics");
        wait.until(p -> p.findElement(By.id("page")).getText().contains("langevin.sampling"));
        assertThat(page.findElement(By.id("page")).getText()).contains("publishing.imports");
        everyPageFits(page, root, asked);
        assertThat(page.manage().logs().get(LogType.BROWSER).getAll())
                .filteredOn(entry -> entry.getLevel().equals(Level.SEVERE))
                .isEmpty();
    }

    private static String generated(WebDriver page, WebDriverWait wait) {
        wait.until(p -> !p.findElements(By.cssSelector("#sample [name=model] option")).isEmpty());
        WebElement form = page.findElement(By.id("sample"));
        new Select(form.findElement(By.name("model"))).selectByValue("fashion");
        WebElement count = form.findElement(By.name("count"));
        count.clear();
        count.sendKeys("2");
        form.findElement(By.name("seed")).sendKeys("7");
        return published(page, wait, form);
    }

    /** A run as its events tell it: its curve, its candidate, the picture of it. */
    private void trained(WebDriver page, WebDriverWait wait, LocalPlatform platform, String root)
            throws Exception {
        write(platform, Topics.JOB_STATES, RUN, running());
        page.get(root + "run/" + RUN);
        wait.until(p -> p.findElement(By.id("page")).getText().contains("training"));
        for (int step = 1; step <= 3; step++) {
            write(platform, Topics.TRAINING_PROGRESS, RUN, progress(step));
        }
        write(platform, Topics.MODEL_JUDGEMENTS, RUN, judged(picture(38)));
        wait.until(p -> p.findElement(By.id("progress")).getText().startsWith("step 3,"));
        wait.until(p -> !p.findElements(By.cssSelector(".chart canvas")).isEmpty());
        wait.until(
                p ->
                        p.findElements(By.cssSelector(".grids img")).stream()
                                .anyMatch(i -> "38".equals(i.getDomProperty("naturalWidth"))));
        page.navigate().refresh(); // what came before the page was opened is there, too
        wait.until(p -> p.findElement(By.id("progress")).getText().startsWith("step 3,"));
        wait.until(p -> p.findElements(By.cssSelector(".grids img")).size() == 1);
    }

    private static <T extends SpecificRecord> void write(
            LocalPlatform platform, Topic<T> topic, String key, T record) throws Exception {
        try (var writer =
                RecordWriter.open(platform.kafka(), new Schemas(platform.kafka()), topic, "test")) {
            writer.write(key, record);
        }
    }

    /** A model that has another checkpoint waiting, and had one before. */
    private static void changed(
            WebDriver page, WebDriverWait wait, LocalPlatform platform, String root)
            throws Exception {
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
        page.get(root + "models");
        write(platform, Topics.MODEL_CHECKPOINTS, "other", model);
        By buttons = By.cssSelector("#models [data-model=other] button");
        wait.until(p -> p.findElements(buttons).size() == 4);
        assertThat(page.findElements(buttons))
                .extracting(WebElement::getText)
                .containsExactly("Promote", "Give a share", "Roll back", "Retire");

        page.findElements(buttons).get(2).click();

        wait.until(p -> answer(p).startsWith("published "));
    }

    /** What nobody can read is seen, looked into and sent again; it comes back. */
    private static void redriven(
            WebDriver page, WebDriverWait wait, LocalPlatform platform, String root)
            throws Exception {
        String key = UUID.randomUUID().toString();
        try (var producer = platform.kafka().producer(Map.of())) {
            String topic = platform.kafka().name(Topics.SAMPLING_REQUESTS);
            producer.send(new ProducerRecord<>(topic, key, new byte[] {1, 2, 3})).get();
        }
        page.get(root + "letters");
        By letter = By.cssSelector("button.link");
        wait.until(
                p -> {
                    p.findElement(By.xpath("//button[text()='Look again']")).click();
                    return !p.findElements(letter).isEmpty();
                });
        page.findElement(letter).click();
        wait.until(p -> p.findElement(By.id("detail")).getText().contains("010203"));
        page.findElement(By.cssSelector("#detail form button")).click();
        page.findElement(By.cssSelector("td input[type=checkbox]")).click();
        page.findElement(By.xpath("//button[text()='Redrive']")).click();
        wait.until(p -> answer(p).startsWith("sent again: 1"));
        wait.until(
                p -> {
                    p.findElement(By.xpath("//button[text()='Look again']")).click();
                    return p.findElements(letter).size() == 2;
                });
        assertThat(page.findElement(By.id("page")).getText()).contains("redriven");
    }

    /** Nothing is wider than the window, be it a telephone's; the pictures are for people. */
    private static void everyPageFits(WebDriver page, String root, String asked) throws Exception {
        Path pictures = Files.createDirectories(Path.of("target/pages"));
        for (int width : new int[] {1280, 400}) {
            page.manage().window().setSize(new Dimension(Math.max(500, width), 900));
            if (width < 500) { // a window is no smaller, a telephone is
                ((ChromeDriver) page)
                        .executeCdpCommand(
                                "Emulation.setDeviceMetricsOverride",
                                Map.of(
                                        "width",
                                        width,
                                        "height",
                                        900,
                                        "deviceScaleFactor",
                                        1,
                                        "mobile",
                                        true));
            }
            for (String name :
                    List.of(
                            "",
                            "requests",
                            "request/" + asked,
                            "runs",
                            "run/" + RUN,
                            "models",
                            "data",
                            "letters",
                            "topics",
                            "ask")) {
                page.get(root + name);
                new WebDriverWait(page, PATIENCE)
                        .until(p -> !p.findElements(By.cssSelector("#page > *")).isEmpty());
                Long wide =
                        (Long)
                                ((JavascriptExecutor) page)
                                        .executeScript(
                                                "return document.documentElement.scrollWidth");
                assertThat(wide).as("#/%s at %d pixels", name, width).isLessThanOrEqualTo(width);
                String file = name.isEmpty() ? "overview" : name.replaceAll("/.*", "");
                Files.write(
                        pictures.resolve("%s-%d.png".formatted(file, width)),
                        ((TakesScreenshot) page).getScreenshotAs(OutputType.BYTES));
            }
        }
    }

    private static int zipped(LocalPlatform platform, String id) throws Exception {
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "%s/api/requests/%s/images.zip"
                                                .formatted(platform.address().page(), id)))
                        .build();
        byte[] zip =
                HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofByteArray())
                        .body();
        int count = 0;
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            while (in.getNextEntry() != null) {
                assertThat(ImageIO.read(in).getWidth()).isEqualTo(28);
                count++;
            }
        }
        return count;
    }

    /** A picture that the page itself reduces to a quarter of the model's size. */
    private void enlarged(WebDriver page, WebDriverWait wait) throws IOException {
        WebElement form = page.findElement(By.id("sample"));
        new Select(form.findElement(By.name("task"))).selectByValue("SUPER_RESOLVE");
        assertThat(form.findElement(By.name("mask")).isDisplayed()).isFalse();
        WebElement factor = form.findElement(By.name("factor"));
        factor.clear();
        factor.sendKeys("4");
        form.findElement(By.name("image")).sendKeys(picture(9).toString());
        form.findElement(By.name("seed")).clear();
        form.findElement(By.name("seed")).sendKeys("9223372036854775807");
        WebElement count = form.findElement(By.name("count"));
        count.clear();
        count.sendKeys("4");
        published(page, wait, form);
    }

    private void scored(WebDriver page, WebDriverWait wait) throws IOException {
        WebElement form = page.findElement(By.id("sample"));
        new Select(form.findElement(By.name("task"))).selectByValue("SCORE");
        form.findElement(By.name("image")).sendKeys(picture(5).toString());
        form.findElement(By.cssSelector("form > button")).click();
        wait.until(p -> answer(p).contains("The image must have at least 28×28 pixels, not 5×5."));
        form.findElement(By.name("image")).sendKeys(picture(64).toString());
        published(page, wait, form);
    }

    private static double score(WebDriver page) {
        return Double.parseDouble(page.findElement(By.cssSelector("#images figcaption")).getText());
    }

    private static String published(WebDriver page, WebDriverWait wait, WebElement form) {
        String before = answer(page);
        form.findElement(By.cssSelector("#sample > button")).click();
        wait.until(p -> answer(p).startsWith("published ") && !answer(p).equals(before));
        return answer(page).substring("published ".length(), "published ".length() + 36);
    }

    private static String answer(WebDriver page) {
        return page.findElement(By.id("answer")).getText();
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
                page.findElements(By.cssSelector("tr[data-id='" + id + "'] [data-stage]"));
        return cells.isEmpty() ? "" : cells.get(0).getText();
    }

    /** Pictures that the browser has decoded. */
    private static long loadedImages(WebDriver page, String selector) {
        return page.findElements(By.cssSelector(selector)).stream()
                .filter(image -> "28".equals(image.getDomProperty("naturalWidth")))
                .count();
    }

    private static JobState running() {
        return JobState.newBuilder()
                .setId(RUN)
                .setKind(JobKind.RETRAINING)
                .setStage(JobStage.TRAINING)
                .setModel("mine")
                .setDetail("in training")
                .setRequestedAt(Instant.now())
                .setUpdatedAt(Instant.now())
                .build();
    }

    private static JudgedCheckpoint judged(Path grid) throws IOException {
        return JudgedCheckpoint.newBuilder()
                .setRunId(RUN)
                .setModel("mine")
                .setCheckpoint("d".repeat(64))
                .setIteration(2)
                .setJudged(1)
                .setCount(0)
                .setQuality(
                        new CheckpointQuality(
                                "f", "e", 100, 100, 16.0, "FID", 3.0, 0.5, 0.0, 0.1, 1.0, 1.0, null,
                                null))
                .setJudgedAt(Instant.now())
                .setGrid(ByteBuffer.wrap(Files.readAllBytes(grid)))
                .build();
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
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
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
