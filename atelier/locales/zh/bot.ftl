### 作品前后，机器人所说的话。

asked-paint = 🎨 正在画{ $prompt }。
asked-poem = 📜 正在写{ $prompt }。
asked-melody = 🎵 正在作曲：{ $prompt }。
place-next = 下一个就是你的。
place = 你排在第 { $place } 位。
being-made = 正在创作……
quoted = “{ $prompt }”
made-by = { $version }，种子 { $seed }
alt = 机器为“{ $prompt }”画的画
music = { $key } { $mode }，{ $meter } 拍，每分钟 { $tempo } 个四分音符，{ $bars } 小节
mode-major = 大调
mode-minor = 小调
button-again = 再来一次
work-unknown = 我不认识这件作品了：它可能已被删除。
voted-liked = 谢谢，已记下 👍
voted-disliked = 谢谢，已记下 👎
said-count = { $value } 幅
said-acrostic = 藏头“{ $value }”
said-key = { $value } 调
said-tempo = 每分钟 { $value } 个四分音符
said-length = { $value } 小节
listed-waiting = 制作中
listed-nothing = 没有做成
