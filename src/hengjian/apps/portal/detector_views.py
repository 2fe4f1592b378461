"""Public pages of the algorithm record: what screening looks for, by law and with which errors."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from hengjian.apps.portal import detector_facts
from hengjian.apps.portal.pages import Page, public_page
from hengjian.apps.rulebook.detector_pages import detector_named

RECORD = "算法说明：筛查看什么、依据什么、误差多大，被监管的机构和公众都要能看到；不含界限值"


@public_page("portal/detectors.html", RECORD)
def detectors(request: HttpRequest) -> Page:
    """Every detector with its kind and evidence cluster."""
    found = detector_facts.lines()
    return Page(title=f"数据筛查用到的检测器 {len(found)} 个", data={"detectors": found}, as_of=detector_facts.as_of())


@public_page("portal/detector.html", RECORD)
def detector(request: HttpRequest, number: str) -> Page:
    """One detector without its limits."""
    found = detector_named(number)
    told = detector_facts.whole(found, timezone.localdate())
    return Page(title=f"{found.id}　{found.title}", data={"detector": told}, as_of=detector_facts.as_of())
