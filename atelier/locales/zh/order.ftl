### 规矩：拒绝什么、为什么，以及管理员看到的话。

## 谁可以用
banned = 你已被禁止使用这个机器人：{ $why }
banned-plain = 你已被禁止使用这个机器人。这是画室管理者的决定。
banned-here = 你已被禁止在这里使用这个机器人：{ $why }
banned-here-plain = 你已被禁止在这里使用这个机器人。这是这里的管理员的决定。
not-invited = 这个机器人只为受邀的人和群服务。请联系管理者把你加进来。
paused = 画室正在休息：请稍后再来。
paused-here = 我正在休息，暂时不在这里创作。管理员可以用 /admin resume 唤醒我。
not-in-this-channel = 我不在这里创作：管理员给我选了别的地方。

## 可以要什么。拒绝时说明是哪一类，不列举花招。
filter-sexual = 我在这里不做色情内容。请换一种说法。
filter-sexual-here = 我在这里不做色情内容。如果这里只有成年人，管理员可以允许（/admin adults）。
filter-gore = 我在这里不做残忍血腥的内容。请换一种说法。
filter-gore-here = 我在这里不做残忍血腥的内容。如果这里只有成年人，管理员可以允许（/admin adults）。
filter-minors = 凡是可能涉及儿童或青少年的色情内容，我绝不做。如果指的是成年人，请写“女人”或“男人”。
filter-rape = 我绝不做任何有关性暴力的内容。
filter-hate = 我绝不做任何因身份而贬低他人的内容。
filter-harm = 这个我不会做。如果你想伤害自己，请现在就找人聊聊：https://findahelpline.com 可以帮你找到附近愿意倾听的人。
filter-server = 这里的管理员不希望出现“{ $word }”。

## 给管理员
only-in-a-server = 这只能在服务器或群里使用：请到那里输入。
words-none = 除过滤表之外，这里没有拒绝别的词。
words-listed = 除过滤表之外，这里还拒绝：
words-full = 最多 { $most } 个词：请先去掉一个。
words-no-word = “{ $word }”里没有可以查找的词：至少要有两个字母或一个汉字。
words-not-there = “{ $word }”不在拒绝的词里。
channels-all = 我在这里到处都可以创作。
channels-here = 我在这里的 { $number } 个地方创作，包括这一处。
channels-elsewhere = 我在这里的 { $number } 个地方创作，但不包括这一处。
adults-on = 这里允许成人内容。涉及未成年人或伤害他人的内容仍然拒绝。
adults-on-discord = 这里允许成人内容，仅限 Discord 标为年龄限制的频道。涉及未成年人或伤害他人的内容仍然拒绝。
adults-off = 这里拒绝成人内容。
learning-on = 模型可以从这里的作品和投票中学习。每个人都可以自己拒绝：/settings learning=no。
learning-off = 模型不会从这里的任何作品中学习。
ban-done = 已禁止 { $who } 使用这个机器人。
ban-already = { $who } 已经被封禁了。
ban-not-them = 不能封禁自己，也不能封禁画室的管理者。
ban-none = { $who } 没有被封禁。
ban-whom = “{ $value }”只是名字，名字会变。在 Discord 上请提及对方，在 Telegram 上请用这条命令回复对方的消息，或者写对方的编号，例如 telegram:123。
unban-done = { $who } 可以再次使用这个机器人了。
pause-done = 在 /admin resume 之前，不再接受这里的新请求。之前的请求仍会完成。
pause-done-all = 在 /admin resume 之前，不再接受任何新请求。之前的请求仍会完成。
resume-done = 我又开始接受请求了。
log-listed = 最近的记录，新的在前（✗：被拒绝）：
log-empty = 还没有记录。
log-nobody = 已删除数据的人
limits-here = 这里同时排队的作品上限：
limits-studio = 整个画室同时排队的作品上限：
limits-each = 每人
limits-together = 总共

## 运行画室
models-none = 这里没有任何版本：这台机器没有安装模型，也没有训练过。
models-listed = 模型版本：
status-current = 正在使用
status-shipped = 自带
status-candidate = 候选
status-previous = 之前使用
status-rejected = 未通过
stats-works = 作品
stats-people = 人数
stats-liked = 喜欢
stats-disliked = 不喜欢
stats-works-here = 这里的作品
stats-queue = { $waiting } 件在等，{ $workers } 个工作进程
