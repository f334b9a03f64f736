### 网页。

web-title = Atelier
web-tagline = 用你的话，成画、成诗、成曲
web-welcome = 想让我做点什么？
web-welcome-more = 用你自己的话说就好，中文英文都可以。比如：
web-language = 语言
web-help = 帮助
web-close = 关闭
web-help-title = 怎样提出请求
web-help-options = 选项
web-script = 这个页面需要启用 JavaScript 才能发送请求。
web-skip = 跳到输入框

web-works = 你的作品
web-earlier = 显示更早的作品
web-new = 新的请求
web-make = 做什么
web-kind-paint = 画
web-kind-poem = 诗
web-kind-melody = 旋律
web-words = 你的话
web-options = 选项
web-clear = 清除选项
web-any = 不限
web-send = 发送
web-send-hint = 回车发送，Shift 加回车换行。

web-yours = 你的请求
web-like = 喜欢
web-dislike = 不喜欢
web-ready-paint = 画好了：“{ $prompt }”
web-ready-poem = 诗写好了：“{ $prompt }”
web-ready-melody = 旋律作好了：“{ $prompt }”
web-cancelled = 已取消。
web-play = 播放《{ $title }》
web-file-mid = MIDI
web-file-abc = ABC 记谱

web-offline = 连不上画室，正在重试……
web-lost = 连不上画室，请求没有发出。请再试一次。
web-foreign = 这个请求不是从画室自己的页面发出的，已被拒绝。
web-not-json = 画室没有看懂这个请求：请刷新页面再试。
web-too-large = 一次发得太多了：每个请求最多 { $limit } KiB。
web-too-fast = 太快了：请等几秒再试。
web-no-cookie = 浏览器没有带上画室的 Cookie：请允许本页使用 Cookie，然后刷新。
web-nothing-here = 这里什么也没有。

web-port-taken = 网页无法启动：{ $host } 的端口 { $port } 已被占用。请把 ATELIER_WEB_PORT 设为空闲的端口，或关掉占用它的程序。
web-port-forbidden = 网页无法启动：当前用户无权打开端口 { $port }。请把 ATELIER_WEB_PORT 设为 1024 或更大。
web-host-wrong = 网页无法启动：本机没有“{ $host }”这个地址。请把 ATELIER_WEB_HOST 设为本机的地址，例如 127.0.0.1。
web-secret-unkept = 网页无法在 { $path } 保存密钥（{ $why }）：请让该文件夹可写，或设置 ATELIER_WEB_SECRET。
