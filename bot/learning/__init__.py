"""Trainings from votes in the chats: asked for, stopped, followed, told. The training is a worker's."""
