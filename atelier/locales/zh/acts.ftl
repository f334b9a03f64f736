### 作品完成后可以做的事：按钮、提问与回答。Discord 按钮最多 80 个字符。

act-again = 再来一次
act-edit = 修改
act-favourite = 收藏
act-vary-subtle = 稍作变化
act-vary-strong = 大胆变化
act-upscale-256 = 放大到 256
act-upscale-512 = 放大到 512
act-blend = 融合
act-continue = 接着写
act-original = 原文件
act-details = 详情
act-delete = 删除
act-delete-yes = 是的，删除
act-more = 更多
act-back = 返回
act-which = 哪一幅？
act-sure = 要永久删除这件作品吗？删除后，谁都看不到也听不到它了。
act-menu = 想对这件作品做什么？
act-not-here = 这类作品做不了这件事。
act-twice = 正在做，请稍等。

made-vary-subtle = 稍作变化
made-vary-strong = 大胆变化
made-upscale-256 = 256 像素
made-upscale-512 = 512 像素
made-blend = 融合而成
made-continue = 接着写成

button-unknown = 这个按钮已经失效，请用较新的按钮。
work-unfinished = 这件作品还没完成：请等它完成后再试。
favourite-kept = 已收藏 ⭐
favourite-gone = 已从收藏中移除。
work-deleted = 这件作品已被删除。
work-deleted-stays = 已删除。这里的消息我删不掉，请自行关闭或删除。
delete-not-yours = 只有提出请求的人或管理员才能删除这件作品。
original-none = 这件作品没有文件，诗就是全部。

edit-title = 修改后再来一次
edit-words = 描述
edit-options = 选项，写成 名称=值
edit-ask = 想改成什么描述？请回复这条消息；选项保持不变。

blend-choose = 要把“{ $first }”和你的哪一件作品融合？
blend-none = 你还没有可以和它融合的作品：请先再做一件同类的（曲子要拍号相同）。
blend-none-here = 你在这个聊天里没有可以和它融合的作品。请到与我的私聊里用 /history 打开它，再点“融合”。
blend-needs-two = 融合需要两件不同的同类作品。

details-title = 关于这件作品
details-asked = 要求：{ $prompt }
details-options = 选项：{ $options }
details-model = 作者：{ $model } { $version }
details-seed = 种子：{ $seed }
details-time = 完成于 { $time }（UTC）
details-parent = 由一件更早的作品而来：{ $act }
details-id = 作品编号：{ $id }
details-painter = 画师
details-poet = 诗人
details-composer = 作曲家
