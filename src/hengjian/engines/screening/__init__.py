"""Detectors, data-quality gate, findings and scoring of the screening; may import the kernel only."""
