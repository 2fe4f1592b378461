"""The citizens' page and the citizens' script judge alike: the golden, 1 000 random cases, and a forgery of each."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from hengjian.engines.draws import InfeasibleDraw, verifier
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.engines.draws import citizen
from tests.engines.draws.cases import Chance, golden, random_inputs

CASES = 1_000
AT_ONCE = 50
PAGE = Path(verifier.__file__).with_name(verifier.PAGE)

CHECK = """async (bundles) => {
  const all = [];
  for (const bundle of bundles) {
    const files = new Map(Object.entries(bundle).map(([name, data]) =>
      [name, Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
    const found = await srd1.check(files);
    all.push(Object.fromEntries(found.checks.map((one) => [one.key, one.good])));
  }
  return all;
}"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def opened(playwright: Playwright) -> Iterator[Page]:
    """The page opened from the disk; a script error or any request to elsewhere fails the module."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    page, troubles = browser.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: None if r.url == PAGE.as_uri() else troubles.append(r.url))
    page.goto(PAGE.as_uri())
    yield page
    browser.close()
    assert troubles == []


def in_browser(page: Page, bundles: list[dict[str, bytes]]) -> list[dict[str, bool]]:
    told = [{name: base64.b64encode(data).decode() for name, data in bundle.items()} for bundle in bundles]
    return page.evaluate(CHECK, told)


def in_python(folder: Path, bundles: list[dict[str, bytes]]) -> list[dict[str, bool]]:
    return [citizen.check(citizen.write(folder, bundle))[0] for bundle in bundles]


@pytest.mark.parametrize("case", ["equal", "pareto"])
def test_both_find_the_golden_right(opened, tmp_path, case):
    bundle = golden(case)[0].bundle()
    found = in_browser(opened, [bundle])
    assert found == in_python(tmp_path, [bundle])
    assert len(found[0]) == 14 and all(found[0].values())


def test_both_judge_a_thousand_random_cases_and_their_forgeries_alike(opened, tmp_path):
    waiting: list[dict[str, bytes]] = []
    right = wrong = number = 0
    while right < CASES:
        number += 1
        try:
            bundle = random_inputs(f"parity {number}").bundle()
        except InfeasibleDraw:
            continue
        right += 1
        waiting += [bundle, citizen.tampered(bundle, Chance(f"forged {number}"))]
        if len(waiting) >= AT_ONCE or right == CASES:
            found, told = in_browser(opened, waiting), in_python(tmp_path, waiting)
            assert found == told, next(i for i, (a, b) in enumerate(zip(found, told, strict=True)) if a != b)
            assert all(all(checks.values()) for checks in found[::2])
            wrong += sum(not all(checks.values()) for checks in found[1::2])
            waiting = []
    assert wrong > CASES * 0.9


def test_a_citizen_drops_a_zip_and_looks_an_institution_up(opened, tmp_path):
    inputs, told = golden("pareto")
    bundle = inputs.bundle() | {"exclusions.tsv": "id\tcode\nF77\t已注销\n".encode()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in bundle.items():
            archive.writestr(f"CQ-2026-04/{name}", data)
    (tmp_path / "bundle.zip").write_bytes(packed.getvalue())
    opened.set_input_files("#srd1-files", tmp_path / "bundle.zip")
    verdict, unit = opened.locator("#srd1-verdict"), opened.locator("#srd1-unit")
    expect(verdict).to_contain_text("✓ 全部一致")
    opened.get_by_label("事先公布的承诺值").fill("0" * 64)
    expect(verdict).to_contain_text("✗ 有 1 项不符，第一项：承诺值与事先公布的相同")
    opened.get_by_label("事先公布的承诺值").fill(told["commit_sha256"])
    expect(verdict).to_contain_text("✓ 全部一致")
    for id_, words in {
        "F01": [
            "没有抽中，备选第 4 位",
            "2/13，约 15.4 %",
            told["tickets"]["A-food"]["F01"],
            "第 7 位，共 10 家，抽 3 家",
        ],
        "F07": ["抽中", "1，必定抽中"],
        "F77": ["“F77”不在名录里", "已注销"],
        "F78": ["“F78”不在名录里"],
    }.items():
        opened.get_by_label("统一社会信用代码").fill(id_)
        opened.get_by_role("button", name="查询").click()
        for word in words:
            expect(unit).to_contain_text(word)


def test_the_page_tells_what_is_forged_missing_or_broken(opened, tmp_path):
    bundle = golden("equal")[0].bundle()
    result = json.loads(bundle["result.json"])
    result["sample"]["A-food"][0] = "F02"
    folder = citizen.write(tmp_path, bundle | {"result.json": json.dumps(result).encode()})
    verdict = opened.locator("#srd1-verdict")
    opened.get_by_label("事先公布的承诺值").fill("")
    opened.set_input_files("#srd1-files", sorted(folder.iterdir()))
    expect(verdict).to_contain_text("✗ 有 1 项不符，第一项：抽中的机构")
    opened.set_input_files("#srd1-files", [folder / "commit.json"])
    expect(verdict).to_contain_text("还缺 roster.tsv、inspectors.json、coi.json、reveal.json、result.json")
    (folder / "roster.tsv").write_bytes(bundle["roster.tsv"] + b"F01\tB-env\t1\n")
    opened.set_input_files("#srd1-files", sorted(folder.iterdir()))
    expect(verdict).to_contain_text("名录里“F01”出现了两次")


def test_the_parts_of_the_page_serve_a_site_without_inline_script():
    parts = verifier.page_parts()
    page = verifier.page().decode()
    assert parts.title == "自己复算一次双随机抽取"
    assert all(part and part in page for part in (parts.style, parts.body, parts.script))
    assert "<script" not in parts.body and "style=" not in parts.body and " on" not in parts.body.replace(" once", "")
    assert "http" not in parts.script
