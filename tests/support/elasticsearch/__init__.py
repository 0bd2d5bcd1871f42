"""A real Elasticsearch for the tests: nodes, a cluster, and proxies that spoil the way to them."""
