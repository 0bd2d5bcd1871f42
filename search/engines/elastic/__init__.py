"""Elasticsearch 9 as the engine: one cluster, several writers, the same answers as the embedded engine."""

from search.engines.elastic.engine import ElasticEngine

__all__ = ["ElasticEngine"]
