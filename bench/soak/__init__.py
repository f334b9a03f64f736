"""The soak of ``atelier bench faults``: a real studio, 200 people on both chats, and everything that breaks.

``studio`` keeps the processes, ``people`` ask and watch, ``trouble`` breaks things, ``worker`` is the
test model's process.
"""
