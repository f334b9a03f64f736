"""The workers: they take requests from RQ's queues, keep the models warm and hand results back."""
