### What waits: places in the queue, limits, and taking back what was asked.

place-next-wait = You are next, about { $wait } from now.
place-wait = You are number { $place } in the queue, about { $wait } from now.
button-cancel = Cancel
cancelled-now = Cancelled.
cancelled-many = { $number ->
    [one] Cancelled: one work that you were waiting for.
   *[other] Cancelled: { $number } works that you were waiting for.
 }
cancel-nothing = You are not waiting for anything, so there is nothing to cancel.
cancel-not-yours = Only the person who asked for this can cancel it.
cancel-too-late = Too late to cancel: it is finished.
work-cancelled = Cancelled, as you asked.
work-cancelled-admin = Whoever runs the studio has cancelled this.
queue-title = You are waiting for { $number ->
    [one] one work:
   *[other] { $number } works:
 }
queue-title-first = You are waiting for { $number } works. The first { $shown } of them:
queue-empty = You are not waiting for anything.
queue-making = It is being made now.
queue-look = Look again
queue-cancel = Cancel all
person-waiting = You are already waiting for { $most } works, the most that one person may. Ask again when one is ready, or take one back with /cancel.
member-waiting = You are already waiting for { $most } works here, the most that the administrators allow one person. Ask again when one is ready.
server-waiting = { $most } works are already on their way here, the most at one time. Please ask again when some are ready.
address-waiting = { $most } works are already on their way to your network address, the most at one time. Please ask again when some are ready.
studio-full = { $wait ->
    [unknown] The studio is full: please ask again a little later.
   *[other] The studio is full: please ask again in about { $wait }.
 }
too-late-here = That would take about { $wait }, and an answer like this one can only be given for 14 minutes. Please ask me in a private chat, or where I may post and with private replies off.
