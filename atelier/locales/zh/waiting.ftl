### 等候：队列中的位置、上限，以及收回请求。

place-next-wait = 下一个就是你的，大约还要 { $wait }。
place-wait = 你排在第 { $place } 位，大约还要 { $wait }。
button-cancel = 取消
cancelled-now = 已取消。
cancelled-many = 已取消你在等的 { $number } 件作品。
cancel-nothing = 你没有在等的作品，不用取消。
cancel-not-yours = 只有提出请求的人可以取消它。
cancel-too-late = 来不及取消了：它已经完成。
work-cancelled = 已按你的意思取消。
work-cancelled-admin = 画室的管理员取消了这件作品。
queue-title = 你在等 { $number } 件作品：
queue-title-first = 你在等 { $number } 件作品，最先的 { $shown } 件是：
queue-empty = 你没有在等的作品。
queue-making = 正在制作。
queue-look = 刷新
queue-cancel = 全部取消
person-waiting = 你已经在等 { $most } 件作品，一个人最多只能等这么多。有一件完成后就可以再提；也可以用 /cancel 取消一件。
member-waiting = 你在这里已经等着 { $most } 件作品，管理员允许每人最多等这么多。有一件完成后就可以再提。
server-waiting = 这里已经有 { $most } 件作品在等，同时最多只能等这么多。请等其中一些完成后再提。
address-waiting = 你的网络地址已经有 { $most } 件作品在等，一个地址最多只能等这么多。请等其中一些完成后再提。
studio-full = { $wait ->
    [unknown] 画室已经满了：请稍后再来。
   *[other] 画室已经满了：请过大约 { $wait } 再来。
 }
too-late-here = 这大约需要 { $wait }，而在这里我只能在 14 分钟内回复。请在私聊里找我，或者去我可以发言的地方，并关闭私密回复。
