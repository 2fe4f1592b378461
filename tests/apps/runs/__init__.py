"""Tests of screening runs."""
