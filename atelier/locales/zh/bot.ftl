### 作品前后，机器人所说的话。

asked-paint = 🎨 正在画：{ $prompt }。
asked-poem = 📜 正在写：{ $prompt }。
asked-melody = 🎵 正在作曲：{ $prompt }。
place-next = 下一个就是你的。
place = 你排在第 { $place } 位。
being-made = 正在创作……
quoted = “{ $prompt }”
made-by = { $version }，种子 { $seed }
alt = 机器为“{ $prompt }”画的画
alt-styled = { $text }（{ $style }）
setting-private-yes = 打开私密回复
setting-private-no = 关闭私密回复
setting-learning-yes = 允许模型用我的数据学习
setting-learning-no = 不再用我的数据学习
alt-blended = { $text }，与{ $others }融合而成
alt-score = 机器为“{ $prompt }”作的旋律的乐谱：{ $music }。
music = { $key } { $mode }，{ $meter } 拍，每分钟 { $tempo } 个{ $beat ->
        [dotted] 附点四分音符
       *[plain] 四分音符
    }，{ $bars } 小节
played-on = { $instrument }演奏
read-as = 我把“{ $word }”理解为{ $mood }
mode-major = 大调
mode-minor = 小调
work-unknown = 找不到这件作品了，它可能已被删除。
voted-liked = 谢谢，已记下 👍
voted-disliked = 谢谢，已记下 👎
said-count = { $value } 幅
said-acrostic = 藏头“{ $value }”
said-key = { $value }
said-tempo = 每分钟 { $value } 个四分音符
said-length = { $value } 小节
listed-waiting = 制作中
listed-nothing = 已取消或失败
button-back = ← 返回
button-newer = ← 更新的
button-older = 更早的 →
history-title = 你的作品，第 { $page } 页：
history-empty = 这里还没有作品。画一幅画、写一首诗或作一段旋律，就会出现在这里。
favourites-title = 你的收藏，第 { $page } 页：
favourites-empty = 还没有收藏。按作品下方的 ⭐ 就能收到这里。
settings-text = 你的设置。请求里写明的选项总是优先。
mydata-text = 这是我这里关于你的全部数据：{ $works } 件作品、{ $votes } 次投票，还有你的设置和作品的文件。
mydata-left-out = 有 { $number } 个较早的文件没放进去：放不下，或者已经不在了，data.json 里有列出。用 /history 打开作品再点 📎，就能拿到它的文件。
forgetme-ask = 这会删除 { $works } 件作品（连同所有的话和文件）、{ $votes } 次投票、{ $favourites } 个收藏和你的设置。我也会删掉发布你作品的消息，今后的训练不会再看到它们。无法撤销。你也许想先用 /mydata 留一份。
forgetme-button = 全部删除
forgetme-nothing = 我这里没有关于你的任何记录，不需要删除。
forgetme-done = 已删除：{ $works } 件作品和 { $files } 个文件、{ $votes } 次投票、{ $favourites } 个收藏，以及你的设置。发布你作品的消息正在删除，从现在起开始的训练不会再看到它们。
    会留下的有：
    • 别人用你的作品再创作的作品（我的记录里不再有你的话）
    • 我在聊天里删不掉的消息：私密回复、内联分享的作品、别人发送或转发的消息
    • 模型已经学到的，或正在进行的训练里学到的东西
    • 封禁记录（如果有的话，不再带有你的身份）
mydata-button = 先把我的数据给我
draft = 写到这里：
