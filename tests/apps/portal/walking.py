"""All public addresses of a town, and what a visitor gets there."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.test import Client

from hengjian.apps.draws import bundle
from tests.apps.portal.samples import Town

ROOT = "/public/"


def pages(town: Town) -> dict[str, list[str]]:
    """Page name → its addresses in this town, the fullest first."""
    draws = [town.open_draw, town.sealed, town.void]
    asked = [town.lab.uscc, "检验", "91990121MA00000000", ""]
    found = [f"draws/{one.number}/find/?code={code}" for one in draws for code in asked]
    made = {
        "home": [""],
        "institutions": ["institutions/", "institutions/?q=食品", f"institutions/?q={town.lab.uscc}"],
        "institution": [f"institutions/{one.uscc}/" for one in town.stage.labs[:4]],
        "plans": ["plans/", "plans/?year=2026"],
        "plan": [f"plans/{town.plan.number}/"],
        "checklists": ["checklists/"],
        "caps": ["caps/"],
        "detectors": ["detectors/"],
        "detector": ["detectors/C1/", "detectors/D3/"],
        "draws": ["draws/"],
        "draw": [f"draws/{one.number}/" for one in draws],
        "find": found,
        "verify": ["verify/"],
        "results": ["results/", "results/?code=02", "results/?q=青石"],
        "result": [f"results/{one.number}/" for one in (town.published, town.upon_lead)],
        "penalties": ["penalties/", "penalties/?q=青石&tier=general", "penalties/?kind=listing"],
        "penalty": [f"penalties/{town.penalties[key]}/" for key in ("public", "person")],
        "cases": ["cases/", "cases/?field=food", "cases/?q=没有这个词"],
        "case": [f"cases/{town.penalties['typical']}/"],
        "exceptions": ["exceptions/"],
        "rectifications": ["rectifications/"],
        "guide": ["data/"],
    }
    return {name: [ROOT + one for one in rest] for name, rest in made.items()}


def beside(address: str) -> str:
    """The JSON address of a page's address."""
    path, _, query = address.partition("?")
    path = f"{ROOT}index.json" if path == ROOT else f"{path.rstrip('/')}.json"
    return path + (f"?{query}" if query else "")


def read(address: str) -> Any:
    """The `data` of a page."""
    answer = Client().get(beside(address))
    assert answer.status_code == 200, address
    return answer.json()["data"]


def everything(town: Town) -> dict[str, str]:
    """Address → text, of all pages, their JSON, all files and what is in the archive."""
    client, told = Client(), {}
    for addresses in pages(town).values():
        for address in addresses:
            for one in (address, beside(address)):
                answer = client.get(one)
                assert answer.status_code == 200, one
                told[one] = answer.content.decode()
    for draw in (town.open_draw, town.sealed, town.void):
        for name in (*bundle.TOLD, bundle.README):
            address = f"{ROOT}draws/{draw.number}/files/{name}"
            answer = client.get(address)
            if answer.status_code == 200:
                told[address] = answer.content.decode()
    packed = client.get(f"{ROOT}draws/{town.open_draw.number}/proof.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        told |= {f"zip:{name}": archive.read(name).decode() for name in archive.namelist()}
    return told
