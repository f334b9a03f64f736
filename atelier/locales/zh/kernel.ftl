### 内核所说：谢绝、故障、出处。

provenance = 由 Atelier 机器生成，没有人类作者。提出请求的人可以自由使用。

## Requests
bad-prompt-empty = 请用文字告诉我想要什么，例如“黄昏时的暴风海面”。
bad-prompt-long = 太长了：请不要超过 { $limit } 个字符。
bad-option = 没有“{ $option }”这个选项；可用的有：{ $options }。
bad-choice = 我不认识“{ $value }”这个{ $option }；请从中选择：{ $choices }。
bad-range = { $option } 不能是“{ $value }”：请用 { $low } 到 { $high } 之间的整数。
bad-key = 我不认识“{ $value }”这个调；请写成“D minor”、“降B大调”或“Bb”这样。
bad-acrostic-long = 藏头的字太多了：最多 { $limit } 个。
bad-acrostic-form = “{ $form }”不能藏头：请用“acrostic”（英文）或“藏头诗”（中文）。
bad-form-language = “{ $form }”不是用{ $lang ->
    [zh] 中文
   *[en] 英文
 }写的：请不要指定语言，或换一种体裁。

## Weights
weights-none-installed = 这里没有安装模型：请运行 `pip install "atelier[worker]"`。
weights-missing = 缺少 { $model } 的权重（{ $path }）：请运行 `atelier models restore { $model }`。
weights-damaged = { $model } 的权重已损坏（{ $path }）：请运行 `atelier models restore { $model }`。

## Parts that are down
error-unexpected = 出了点问题，已经记录下来；请稍后再试。
redis-down = 画室的队列没有回应，所以没有接受任何请求：请一分钟后再试。
store-down = 画室的记录没有回应，所以没有接受任何请求：请一分钟后再试。
artefacts-down = 画室的存放处没有回应，作品无法保存：请一分钟后再试。

## Settings
bad-setting = 设置 { $name } 有误：{ $why }。
