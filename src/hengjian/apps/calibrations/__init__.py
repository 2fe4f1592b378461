"""Detector weights learnt from judgements, proposed by one, approved by another; may import inspections and below."""
