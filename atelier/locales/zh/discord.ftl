### 只有 Discord 前端会说的话。

discord-token-missing = 没有 Discord 令牌：请把 ATELIER_DISCORD_TOKEN 设为机器人的令牌。
discord-token-wrong = Discord 不接受 ATELIER_DISCORD_TOKEN 中的令牌：请从应用的 Bot 页面（discord.com/developers/applications）重新复制。
discord-down = ATELIER_DISCORD_API_BASE 处的 Discord 没有回应。
discord-outdated = 这个命令已有变化，而你的 Discord 还没更新：请再输入一次。
discord-refused = 作品已经完成，但 Discord 不肯接收这条消息。问题已经记录下来。
discord-not-taken = 已经准备好了，但 Discord 没有接收。请稍后再试。
discord-left-out = 太大，无法附在这里：{ $files }
discord-alt-melody = 机器为“{ $prompt }”作的旋律：{ $music }。
discord-help-outro = 输入命令时，Discord 会列出可用的选项。作品好不好，用 👍 或 👎 告诉我，我就是这样学习的。
discord-channel-closed = 我已经不能在那个频道里发消息了，所以发到这里给你。
discord-later = 这要花的时间超过了 Discord 让我在这里回复的期限。完成后，我会私信发给你。
