"""Verification and comparison of derivations over arrays."""
