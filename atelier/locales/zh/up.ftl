### `atelier up`。

up-starting = 画室正在启动……
up-ready = 画室开张了（{ $seconds } 秒）。
up-web = 网页：{ $address }
up-off = { $part } 未开启：设置 { $name } 即可开启。
up-stop = 按 Ctrl-C 全部停止。
up-stopping = 正在停止：聊天与网页、工作进程、Redis……
up-stopped = 已全部停止。
up-killed = { $part } 没有及时停下，已强制结束。
up-ready-part = { $part }：{ $seconds } 秒后就绪。
up-died = { $part } 意外退出（{ $end }），{ $pause } 秒后重新启动。
up-signal = 信号 { $number }
up-down = { $part } 在修好之前不会启动，其余照常运行：{ $why }
up-already = { $home } 里已经有一间画室在运行（进程 { $pid }）。请先停掉它，或把 ATELIER_HOME 设为别的文件夹。
up-home = 无法使用文件夹 { $home }（{ $why }）：请把 ATELIER_HOME 设为可写的文件夹。

up-part-redis = Redis
up-part-paint = 画师
up-part-poem = 诗人
up-part-melody = 作曲家
up-part-train = 训练进程
up-part-web = 网页
up-part-discord = Discord
up-part-telegram = Telegram
