"""The same work on many machines: actors of a Ray cluster read, cut, embed and answer.

`connected` finds a running cluster and `Pool` keeps actors on it, each with its own models.
`ClusterPreparation` prepares documents for `rag.indexing.update_index` there, `ClusterPipeline`
answers questions for `rag.batch`. Whoever started the run writes alone, in the order of one
machine, so the results are those of one machine.
"""
