"""Measure five pages of the built book with Lighthouse, on a desktop and on a phone (`make lighthouse`).

It needs node, and a browser as for the tests of the pages. The pages are served from this machine, compressed as any
host of pages does. Fails where a score is below 95 on a desktop or 90 on a phone.
"""

from __future__ import annotations

import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = ("index", "book/01_designing_spaces", "book/03_populations", "book/08_regnet", "book/glossary")
LEAST = {"desktop": 95, "phone": 90}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = "--headless=new --no-sandbox --disable-gpu"
PACKED = {".html", ".js", ".css", ".svg", ".json", ".txt"}


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Serves the book with gzip, and lets a browser keep what does not change."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix not in PACKED or not path.is_file():
            return super().do_GET()
        body = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=600" if path.suffix == ".html" else "max-age=31536000")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def command() -> list[str]:
    """How Lighthouse is started: LIGHTHOUSE, if set, is its program; else npx fetches the version named here."""
    given = os.environ.get("LIGHTHOUSE")
    return [given] if given else ["npx", "--yes", LIGHTHOUSE]


def audit(address: str, kind: str, folder: Path) -> dict:
    """What Lighthouse reports of one page."""
    report = folder / "report.json"
    browser = os.environ.get("REGNET_EDU_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), "")
    options = ["--preset=desktop"] if kind == "desktop" else []
    options += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}", "--max-wait-for-load=120000"]
    options += ["--output=json", f"--output-path={report}", "--quiet"]
    done = subprocess.run(
        [*command(), address, *options],
        env={**os.environ, "CHROME_PATH": browser},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"Lighthouse could not look at {address}: {done.stderr.strip()[-500:]}")
    return json.loads(report.read_text(encoding="utf-8"))


def faults(report: dict) -> list[str]:
    """What costs points, the dearest first."""
    found = []
    for name in CATEGORIES:
        for ref in report["categories"][name]["auditRefs"]:
            result = report["audits"][ref["id"]]
            if ref["weight"] and (result["score"] or 0) < 0.9 and result["scoreDisplayMode"] != "notApplicable":
                found.append((ref["weight"], f"{name}: {result['title']} {result.get('displayValue', '')}".rstrip()))
    return [text for _, text in sorted(found, reverse=True)]


def main(pages: list[str]) -> int:
    if not HTML.is_dir():
        print("run `make book` first", file=sys.stderr)
        return 1
    low = 0

    def handler(*args: object) -> Compressed:
        return Compressed(*args, directory=str(HTML))  # type: ignore[arg-type]

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, tempfile.TemporaryDirectory() as folder:  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{'page':28} {'':8} " + " ".join(f"{name:>14}" for name in CATEGORIES))
        for page in pages or PAGES:
            for kind, least in LEAST.items():
                try:
                    report = audit(f"http://127.0.0.1:{server.server_address[1]}/{page}.html", kind, Path(folder))
                except RuntimeError as error:  # a busy machine, mostly: say so, and look at the others
                    low += 1
                    print(f"{page:28} {kind:8} {error}", flush=True)
                    continue
                scores = [round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES]
                print(f"{page:28} {kind:8} " + " ".join(f"{score:14}" for score in scores), flush=True)
                if min(scores) < least:
                    low += 1
                    print("".join(f"    {fault}\n" for fault in faults(report)), end="")
        server.shutdown()
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
