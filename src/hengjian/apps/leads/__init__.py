"""Leads from every channel: register, triage, transfer, dispute, merge, answer; may import plans and below."""
