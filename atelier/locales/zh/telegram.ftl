### 只在 Telegram 中出现的话。

telegram-ask-paint = 想让我画什么？请用几个字回复这条消息。
telegram-ask-poem = 想让我写什么？请用几个字回复这条消息。
telegram-ask-melody = 想要什么样的旋律？请用几个字回复这条消息。
telegram-hint = 请用命令告诉我你想要什么：/paint 暴风海面、/poem 初雪、/melody 缓慢忧伤的圆舞曲。/help 会列出我会做的一切。
telegram-doubt = 我没能确认是否全部送达。如果缺了什么，请按 📎，我会把文件再发一次。
telegram-about = 我用自己训练的模型画画、写诗（中文和英文）、作曲。试试 /paint 黄昏时的暴风海面、/poem 初雪 form=七绝，或 /melody 缓慢忧伤的圆舞曲。用 👍 和 👎 告诉我好不好，我就是这样学习的。
telegram-about-short = 用你的话画画、写诗、作曲，中文英文都可以。
telegram-token-missing = 没有 Telegram 令牌：请向 @BotFather 申请，并设置 ATELIER_TELEGRAM_TOKEN。
telegram-token-wrong = Telegram 不接受 ATELIER_TELEGRAM_TOKEN 中的令牌：请从 @BotFather 重新复制（/mybots → API Token）。
telegram-in-private = 已在私聊中回复你。
telegram-private-first = 这个回答只给你一个人看：请先在私聊里给我发 /start，再问一次。
telegram-anonymous = 这是个人操作，而你在这里用的是“{ $name }”的身份。请用自己的身份再发一次，或者私聊我。
telegram-no-right = 作品已经完成，但我没有权限把它发到这个聊天里。请管理员允许我在这里发送媒体；在那之前，私聊我并发送 /history 就能看到它。
telegram-refused = 作品已经完成，但 Telegram 不肯接收这条消息。私聊我并发送 /history 就能看到作品；问题已经记录下来。
telegram-busy = Telegram 暂时不让我在这里再发消息，请稍后再试。
telegram-down = 刚才没能连上 Telegram，请稍后再试。
telegram-not-here = Telegram 不让我在这个聊天里这样做。在和我的私聊里用 /history 可以找到这件作品。
