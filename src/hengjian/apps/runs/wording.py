"""Chinese words for what screening names by code."""

from __future__ import annotations

from hengjian.apps.rulebook.wording import DETECTOR_CLUSTERS, DETECTOR_KINDS
from hengjian.engines.screening.catalogue import DETECTORS

CLUSTERS = DETECTOR_CLUSTERS
DETECTOR_STATES = {"ran": "完成", "abstained": "弃权", "skipped": "跳过", "failed": "失败"}
SEVERITIES = {"certain": "确定", "strong": "较强", "weak": "较弱"}
BANDS = {"red": "高风险", "amber": "中风险", "green": "低风险"}
BAND_TAGS = {"red": "bad", "amber": "warn", "green": "ok"}
KINDS = DETECTOR_KINDS
CLUSTER_OF = {detector.id: detector.cluster for detector in DETECTORS}
KIND_OF = {detector.id: detector.kind for detector in DETECTORS}
TITLES = {detector.id: detector.title for detector in DETECTORS}


def title_of(detector: str) -> str:
    """What the detector finds; a retired one is named by its number."""
    return TITLES.get(detector, f"检测器 {detector}（已停用）")


def cluster_of(detector: str) -> str:
    """The code of the detector's evidence cluster; empty for a retired one."""
    return CLUSTER_OF.get(detector, "")
