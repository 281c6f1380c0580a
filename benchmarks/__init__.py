"""Benchmarks: crmkit and its peers in one run, with the ratio. ``make bench`` runs them all."""
