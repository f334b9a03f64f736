# 从投票中学习（聊天里）

## 提出要求
command-admin-training = 看看投票训练进行得怎样；停下它，或看损失曲线
option-dry = 只看看投票里有什么，不训练
option-do = 停下它，或把损失画成图
choice-dry-yes = 是，只看看
choice-dry-no = 否，训练
choice-do-stop = 停下它
choice-do-loss = 损失曲线图
learn-name = { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }
learn-choose = 让谁学习？目前有效的投票：
learn-counts = 👍 { $liked } · 👎 { $disliked } · { $voters } 人
learn-enough = 够学习用了
learn-button = 训练{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }
learn-missing = { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }还不能学习，所以什么也没有开始。
learn-asked = { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }将从 { $votes } 张投票中学习。
learn-asked-dry = 我来看看 { $votes } 张投票能教给{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }什么。
learn-told-here = 进展我会在这里告诉大家。
learn-look = 用 /admin training 可以看进展。
learn-no-trainer = 现在没有训练进程，所以它在等：请在画室的机器上运行“atelier worker --kinds train”。
retrain-held = { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }已经在训练了：{ $since }（UTC）开始，由 { $who } 提出。一次只能训练一个：用 /admin training 可以看进度，也可以停下它。
learn-none = 现在没有在训练什么。
learn-none-last = 现在没有在训练什么。上一次训练的是{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }，在 { $when }。
learn-no-curve = 还没有损失可画。
learn-stopping = 我这就停下它。
learn-over = 它已经结束了。

## 进展
learn-head = 🎓 { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }正在从投票中学习
learn-head-dry = 🔎 投票能教给{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }什么
learn-queued = 等待训练进程
learn-stage-snapshot = 收集有效的投票
learn-stage-heads = 看看投票里有什么
learn-stage-learning = 学习中
learn-stage-gate = 与当前版本比较
learn-stage-samples = 两个版本各做几件样品
learn-step = { $part }：第 { $step } 步，最多 { $steps } 步
learn-loss = 检验用投票上的损失 { $first } → { $now }
learn-left = 还要大约 { $time }
learn-part = { $part ->
    [en] 英文
    [zh] 中文
   *[other] { $part }
 }
learn-stop = 停下
learn-curve = 损失

## 结果
learn-done-nothing = 🎓 { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }没有学到更好的：用没有参与学习的人的投票检验，新的并没有更受喜欢。当前版本继续使用。
learn-done-candidate = ✅ 有了新的{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }：{ $version }。它通过了检验。
learn-done-rejected = ❌ 有了新的{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }：{ $version }，但没有通过检验。当前版本继续使用。原因：
learn-done-again = ↩️ 这些投票又训练出了同一个{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }：{ $version }。它当时通过了检验，后来被大家的投票或管理员撤下，这一点不变。当前版本继续使用；有了新的投票，才会有新的版本。
learn-done-next = 请先看看样品，再用 /admin promote { $model } { $version } 启用它；用 /admin rollback { $model } 可以换回来。
learn-done-dry = 🔎 有效投票 { $votes } 张（{ $liked } 👍，{ $disliked } 👎），来自 { $voters } 人。
learn-head-told = { $part }：给它一件受喜欢的和一件不受喜欢的作品，{ $share } % 的时候能认出受喜欢的（瞎猜是 50 %），用没有参与学习的人对它没见过的作品投的 { $votes } 张票检验
learn-head-unsure = { $part }：这可能只是碰巧，训练会让它保持原样；需要更多或更一致的投票
learn-head-none = 两边的投票都太少，还学不到大家喜欢什么。
learn-gone = 有 { $works } 件投过票的作品没有用上：做它们的版本已经不在了。
learn-stopped = ⏹ 训练停下了。学到的都保留着：/admin retrain { $model } 会从那里接着来。
learn-failed = ⚠️ { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }的训练失败了：{ $why }
learn-gate = 检验结果，之前 → 之后：
learn-figure-form = 合格律
learn-figure-written = 写完的诗
learn-figure-topic = 题目里的词
learn-figure-new_lines = 没有重复的诗行
learn-figure-fluency = 通顺程度（每字 nats）
learn-figure-distinct = 不同的词对
learn-figure-different = 独一份的作品
learn-figure-written_right = 写法无误：小节、音域、尾音
learn-figure-mode_heard = 听得出的调式
learn-figure-meter_heard = 听得出的拍子
learn-figure-rhythm_heard = 听得出的节奏
learn-figure-well_made = 合乎乐理常规
learn-figure-asked_and_got = 疏密和音域合乎要求
learn-figure-distinct_runs = 不同的音符片段
learn-figure-copied = 训练曲里的片段
learn-figure-scene_attributes = 风景合乎要求
learn-figure-words_fit = 画面切合文字
learn-figure-frechet_scenes = 与渲染风景的距离
learn-figure-variety = 同一句话的两幅画相差多少
learn-figure-copied_pictures = 与训练图片相同
learn-figure-copies = 训练诗里的原句
learn-figure-seconds = 每件所用秒数
learn-figure-reward = 按投票预计的喜欢程度
learn-figure-of = { $figure }（{ $part }）
learn-before = 之前
learn-after = 之后
learn-alt-loss = 曲线图：{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }在不用于学习的投票上的损失，逐步变化。
learn-alt-samples = 两列的对照表：左边是{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }训练前的作品，右边是训练后的作品，每一行用的是同样的话。
learn-samples = 同样的要求，之前与之后：
learn-news-done = 定时训练了{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }：{ $version }，{ $status ->
    [rejected] 没有通过检验。
    [again] 它以前被撤下过，这一点不变。
   *[candidate] 通过了检验。可用 /admin models 查看。
 }
learn-news-failed = ⚠️ 定时训练{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲师
 }失败了：{ $why }
learn-news-nothing = 定时训练了{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }，没有得到更好的版本。

## 试用中的候选版本
canary-no-candidate = { $model } 没有叫“{ $version }”的候选版本：请看 /admin models 或 atelier models list。
canary-begun = 从现在起，{ $share } % 的请求由 { $version } 来做。去留由投票决定，有结果我会告诉你。
canary-off = 这里的候选版本不做任何请求：ATELIER_CANARY_SHARE 是 0。
canary-stands = 试用中，做 { $share } % 的请求：它有投票的 { $works } 件作品中 { $ours } % 受喜欢，{ $against } 的 { $others } 件中 { $theirs } %
canary-promoted = ✅ { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 } { $version } 现在为所有人服务：它有投票的 { $works } 件作品中 { $ours } % 受喜欢，{ $against } 的 { $others } 件中 { $theirs } %。证据强度 { $strength }。/admin rollback 可以换回来。
canary-rolled-back = ⏪ { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 } { $version } 已撤回：它有投票的 { $works } 件作品中 { $ours } % 受喜欢，{ $against } 的 { $others } 件中 { $theirs } %，后者继续使用。证据强度 { $strength }。
canary-undecided = { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 } { $version } 的试用结束了，没有证明什么：它有投票的 { $works } 件作品中 { $ours } % 受喜欢，{ $against } 的 { $others } 件中 { $theirs } %，后者继续使用。它仍是候选版本：/admin promote 可以启用它。
canary-replaced = { $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 } { $version } 的试用在投票得出结论之前结束了：{ $by } 取代了它。{ $version } 仍是候选版本。
canary-damaged = ⚠️ 大家喜欢{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 } { $version }（{ $works } 件中 { $ours } %，对 { $others } 件中 { $theirs } %，证据强度 { $strength }），但它的文件与检验时不同，所以 { $against } 继续使用。
canary-says-promoted = 大家更喜欢{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 } { $version }：它有投票的 { $works } 件作品中 { $ours } % 受喜欢，{ $against } 的 { $others } 件中 { $theirs } %（证据强度 { $strength }）。/admin promote 让它为所有人服务。
canary-says-rolled-back = 大家没那么喜欢{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 } { $version }：它有投票的 { $works } 件作品中 { $ours } % 受喜欢，{ $against } 的 { $others } 件中 { $theirs } %（证据强度 { $strength }）。/admin rollback 可以撤下它。
canary-refused = ⚠️ 有工作进程载入不了{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }的候选版本 { $version }，它的那一份由当前版本来做。{ $why }
version-refused = ⚠️ 有工作进程载入不了{ $model ->
    [painter] 画师
    [poet] 诗人
   *[composer] 作曲家
 }的当前版本 { $version }，那里暂由 { $instead } 代劳。{ $why }
learn-done-share = 现在有 { $share } % 的请求由它来做；去留由投票决定，有结果我会告诉你。/admin promote { $model } { $version } 立刻启用，/admin rollback { $model } 撤下它。
log-itself = 自动，按投票的结果
