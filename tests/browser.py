"""A real Chromium, driven as a reviewer drives it: keys, clicks, downloads."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

WAIT_SECONDS = 30
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,900",
)
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


class Desk:
    """A browser with the report of a run open in it."""

    def __init__(self, driver: Chrome, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def open(self, page: Path | str, address: str = "") -> None:
        self.driver.get("about:blank")
        self.driver.get((page.as_uri() if isinstance(page, Path) else page) + address)
        self.wait("return document.body.dataset.ready === 'true'")

    def js(self, script: str, *values: Any) -> Any:
        return self.driver.execute_script(script, *values)

    def wait(self, script: str) -> Any:
        return WebDriverWait(self.driver, WAIT_SECONDS, 0.05).until(lambda _: self.js(script))

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def click(self, selector: str) -> None:
        self.js("document.querySelector(arguments[0]).click()", selector)

    def choose(self, facet: str, value: str) -> None:
        change = "const s = document.getElementById(arguments[0]); s.value = arguments[1]; "
        self.js(change + "s.dispatchEvent(new Event('change'))", f"facet-{facet}", value)

    def text(self, selector: str) -> str:
        return str(self.driver.find_element(By.CSS_SELECTOR, selector).text)

    def texts(self, selector: str) -> list[str]:
        return [node.text for node in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def current(self) -> str:
        """The claim_id in the address."""
        return str(self.js("return new URLSearchParams(location.hash.slice(1)).get('claim') || ''"))

    def saved(self) -> Path:
        """Press the button that saves reviews.csv, and return the file."""
        file = self.downloads / "reviews.csv"
        file.unlink(missing_ok=True)
        self.click("#save")
        WebDriverWait(self.driver, WAIT_SECONDS, 0.05).until(lambda _: file.is_file() and file.stat().st_size)
        return file

    def violations(self) -> list[str]:
        """What axe-core calls serious or critical on the page as it stands."""
        if not self.js("return 'axe' in window"):
            self.js(AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then((r) => done(r.violations.map((v) => "
            "[v.impact, v.id, v.nodes[0].html.slice(0, 200)])))"
        )
        return [f"{impact} {name}: {html}" for impact, name, html in found if impact in ("serious", "critical")]


@contextmanager
def chromium(folder: Path) -> Iterator[Desk]:
    """Start a browser with a profile of its own; skip where there is none, but never in CI."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not driver:
        reason = "Chromium and its driver are not installed (make browser installs them)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    downloads = folder / "downloads"
    downloads.mkdir()
    options = ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    started = Chrome(options=options, service=Service(driver))
    started.set_script_timeout(WAIT_SECONDS)
    try:
        yield Desk(started, downloads)
    finally:
        started.quit()
