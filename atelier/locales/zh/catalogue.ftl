### 命令、选项与可选值的说明。Discord 每条最多 100 个字符。

command-paint = 根据你的描述画一幅画
command-poem = 写一首诗，中文或英文
command-melody = 作一段旋律，附乐谱
command-cancel = 取消你在等的作品
command-surprise = 给你一个惊喜：一幅画、一首诗或一段旋律
command-queue = 看看你在等什么，还要等多久
command-help = 看看我会做什么，附例子

option-prompt = 画什么，例如“黄昏时的暴风海面”
option-style = 画的风格
option-mood = 情绪；不填就从你的话里体会
option-palette = 色调
option-count = 画几幅，1 到 4
option-seed = 同一个种子会再做出同一件作品
option-topic = 写什么，例如“初雪”
option-form = 体裁，从俳句（haiku）到七绝
option-language = 诗用哪种语言写
option-acrostic = 每行首字连起来的词（藏头）
option-description = 什么样的旋律，例如“缓慢忧伤的圆舞曲”
option-rhythm = 曲子的种类
option-key = 调，例如“D minor”或“降B大调”
option-notes = 从这些音接着写（ABC 谱）：“CDEF GABc”或“M:3/4 K:Dm A2 d3 c”
option-file = 要接着写的 MIDI 或 ABC 文件
option-tempo = 每分钟四分音符数，40 到 240
option-length = 多少小节
option-instrument = 用什么乐器演奏；不填就按情绪来选
option-what = 最近的一件，还是在等的全部
option-kind = 想要哪一种；不选就由我决定

choice-what-latest = 最近的一件
choice-what-all = 全部
choice-kind-paint = 画
choice-kind-poem = 诗
choice-kind-melody = 旋律

choice-style-photo = 照片
choice-style-painting = 绘画
choice-style-impressionism = 印象派
choice-style-post-impressionism = 后印象派
choice-style-renaissance = 文艺复兴
choice-style-baroque = 巴洛克
choice-style-romanticism = 浪漫主义
choice-style-expressionism = 表现主义
choice-style-watercolour = 水彩
choice-style-ink = 水墨
choice-style-poster = 海报
choice-style-pixel = 像素
choice-style-glow = 夜光
choice-style-emoji = 表情符号
choice-style-3d = 3D
choice-style-flat = 扁平
choice-style-outline = 线描
choice-style-silhouette = 剪影

choice-form-haiku = 俳句（英文）
choice-form-couplet = 对句（英文）
choice-form-quatrain = 四行诗（英文）
choice-form-limerick = 五行打油诗（英文）
choice-form-ballad = 民谣（英文）
choice-form-shakespearean-sonnet = 莎士比亚体十四行诗（英文）
choice-form-petrarchan-sonnet = 彼特拉克体十四行诗（英文）
choice-form-free = 自由诗（英文）
choice-form-acrostic = 藏头诗（英文）
choice-form-wujue = 五绝
choice-form-qijue = 七绝
choice-form-wulv = 五律
choice-form-qilv = 七律
choice-form-cangtou = 藏头诗
choice-form-huanxisha = 浣溪沙
choice-form-rumengling = 如梦令
choice-form-zhegutian = 鹧鸪天

choice-palette-warm = 暖色
choice-palette-cool = 冷色
choice-palette-bright = 明亮
choice-palette-dark = 幽暗
choice-palette-vivid = 鲜艳
choice-palette-muted = 柔和
choice-palette-golden = 金色
choice-palette-monochrome = 黑白

choice-mood-joyful = 欢快
choice-mood-sad = 忧伤
choice-mood-calm = 平静
choice-mood-tense = 紧张
choice-mood-wistful = 惆怅
choice-mood-epic = 壮阔
choice-mood-playful = 俏皮

choice-rhythm-reel = 里尔舞曲
choice-rhythm-jig = 吉格舞曲
choice-rhythm-hornpipe = 角笛舞曲
choice-rhythm-air = 小曲
choice-rhythm-song = 歌曲
choice-rhythm-hymn = 圣歌
choice-rhythm-waltz = 圆舞曲
choice-rhythm-march = 进行曲
choice-rhythm-lullaby = 摇篮曲

choice-instrument-piano = 钢琴
choice-instrument-guitar = 吉他
choice-instrument-harp = 竖琴
choice-instrument-guzheng = 古筝
choice-instrument-dulcimer = 扬琴
choice-instrument-music-box = 八音盒
choice-instrument-violin = 小提琴
choice-instrument-flute = 长笛
choice-instrument-clarinet = 单簧管
choice-instrument-trumpet = 小号
choice-instrument-organ = 管风琴


command-history = 翻看你的作品
command-favourites = 翻看你用 ⭐ 收藏的作品
command-settings = 设置语言、常用风格和体裁、私密回复
command-mydata = 把你的全部数据导出成一个文件
command-forgetme = 删除你的全部数据

option-page = 第几页，1 是最新的
option-work = 某一件作品的编号
option-settings-language = 我用哪种语言回答你
option-settings-style = 没有指定风格时，画用什么风格
option-settings-form = 没有指定体裁时，诗用什么体裁
option-private = 作品只给你一个人看（聊天软件支持时）
option-learning = 模型是否可以从你的作品和投票中学习
option-sure = 选“是”会直接全部删除，不再询问

choice-language-auto = 跟随我的应用
choice-style-none = 不设
choice-form-none = 不设
choice-private-yes = 是
choice-private-no = 否
choice-learning-yes = 是
choice-learning-no = 否
choice-sure-yes = 是
setting-language = 语言
setting-style = 常用风格
setting-form = 常用体裁
setting-private = 私密回复
setting-learning = 用我的数据学习

command-admin = 管理员专用：模型、词语、可用的地方、封禁等
command-admin-models = 有哪些模型版本，正在使用哪一个
command-admin-promote = 从下一件作品起，换用某个模型版本
command-admin-rollback = 换回上一个版本
command-admin-retrain = 让模型从投票中学习；不选则看哪个可以学
command-admin-stats = 看看做了多少作品、大家喜不喜欢、还有多少在排队
command-admin-limits = 这里同时最多可以有多少件作品在排队
command-admin-words = 在内置过滤之外，这里还要拒绝的词
command-admin-channels = 我可以在哪些地方创作
command-admin-adults = 允许或禁止这里的成人内容
command-admin-learning = 模型是否可以从这里的作品中学习
command-admin-ban = 禁止某人在这里使用这个机器人
command-admin-unban = 允许某人再次使用这个机器人
command-admin-pause = 暂时不接受新的请求
command-admin-resume = 恢复接受请求
command-admin-log = 管理员最近做了什么

and = 、
colon = ：
explained = { $what }（{ $choices }）
admin-parts = 你在这里可以管理：
option-command = 想了解哪个命令，例如“paint”
option-model = 哪个模型
option-version = 版本，见 /admin models
option-add = 要拒绝的词语或短语
option-remove = 要重新允许的词语或短语
option-change = 允许这里、禁止这里，或到处都允许
option-allowed = 这里是否允许成人内容
option-learn = 模型是否可以从这里的作品中学习
option-person = 谁：提及对方，或写编号；在 Telegram 上也可以直接回复对方的消息
option-why = 原因；对方会看到
option-each = 一个人最多可以等几件；0 表示由画室决定
option-together = 总共最多可以等几件；0 表示由画室决定

choice-model-painter = 画师
choice-model-poet = 诗人
choice-model-composer = 作曲家
choice-change-allow = 允许这里
choice-change-forbid = 禁止这里
choice-change-everywhere = 到处都允许
choice-allowed-yes = 是
choice-allowed-no = 否
choice-learn-yes = 是
choice-learn-no = 否

bad-integer = { $option }不能是“{ $value }”：请填整数。

unknown-command = 没有“/{ $name }”这个命令；可用的有：{ $commands }
unknown-part = /{ $command } 没有“{ $name }”；可用的有：{ $parts }
option-missing = /{ $command } 还需要填{ $option }。
not-yours = 只有这里的管理员可以使用 /{ $command }。
not-yours-studio = 只有画室的管理者可以使用 /{ $command }。

help-intro = 我用自己训练的模型画画、写诗、作曲。中文英文都可以：
help-outro = 选项写成“名称=值”，例如 style=水彩、form=七绝、key="D minor"。作品好不好，用 👍 或 👎 告诉我，我就是这样学习的。
example-paint = 黄昏时的暴风海面
example-poem = 初雪 form=七绝
example-melody = 缓慢忧伤的圆舞曲

## 婉拒时选项的叫法（括号里是要写的名字；写中文名也可以）
option-name-prompt = 画面（prompt）
option-name-topic = 主题（topic）
option-name-description = 描述（description）
option-name-style = 风格（style）
option-name-mood = 情绪（mood）
option-name-palette = 色调（palette）
option-name-count = 数量（count）
option-name-seed = 种子（seed）
option-name-form = 体裁（form）
option-name-language = 语言（language）
option-name-lang = 语言（lang）
option-name-acrostic = 藏头（acrostic）
option-name-rhythm = 节奏（rhythm）
option-name-key = 调（key）
option-name-tempo = 速度（tempo）
option-name-length = 长度（length）
option-name-density = 疏密（density）
option-name-range = 音域（range）
option-name-instrument = 乐器（instrument）
option-name-notes = 音符（notes）
option-name-file = 文件（file）
option-name-strength = 程度（strength）
option-name-share = 比例（share）
option-name-kind = 种类（kind）
option-name-what = 对象（what）
option-name-page = 页码（page）
option-name-work = 作品（work）
option-name-private = 私密（private）
option-name-learning = 学习（learning）
option-name-sure = 确认（sure）
option-name-command = 命令（command）
option-name-model = 模型（model）
option-name-version = 版本（version）
option-name-add = 添加（add）
option-name-remove = 移除（remove）
option-name-change = 更改（change）
option-name-allowed = 允许（allowed）
option-name-learn = 学习（learn）
option-name-person = 用户（person）
option-name-why = 原因（why）
option-name-each = 每人（each）
option-name-together = 总数（together）
option-name-do = 操作（do）
option-name-dry = 试运行（dry）
