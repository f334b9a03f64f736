### What only Telegram needs.

telegram-ask-paint = What shall I paint? Reply to this message with a few words.
telegram-ask-poem = What shall the poem be about? Reply to this message with a few words.
telegram-ask-melody = What kind of melody shall it be? Reply to this message with a few words.
telegram-hint = Tell me what you would like with a command: /paint a stormy sea, /poem first snow, /melody a slow, sad waltz. /help shows everything I can do.
telegram-doubt = I could not see whether everything arrived. If something is missing, press 📎 and I will send the files again.
telegram-about = I paint pictures, write poems in English and Chinese, and compose melodies, all with models of my own. Try /paint a stormy sea at dusk, /poem the first snow form=haiku, or /melody a slow, sad waltz. Your 👍 and 👎 are how I learn.
telegram-about-short = Pictures, poems and melodies from your words, in English and Chinese.
telegram-token-missing = There is no Telegram token: get one from @BotFather and set ATELIER_TELEGRAM_TOKEN.
telegram-token-wrong = Telegram does not accept the token in ATELIER_TELEGRAM_TOKEN: copy it again from @BotFather (/mybots, API Token).
telegram-in-private = I have answered you in our private chat.
telegram-private-first = The answer is for you alone: please write me /start in a private chat, then ask again.
telegram-anonymous = This is personal, but you write here as “{ $name }”. Please ask again as yourself, or in our private chat.
telegram-no-right = Your work is ready, but I am not allowed to post it in this chat. An administrator can let me send media here; until then, send me /history in private to see it.
telegram-refused = Your work is ready, but Telegram would not take the message. Send me /history in private to see it; the problem has been written down.
telegram-busy = Telegram will not let me write more here just now. Please try again in a moment.
telegram-down = I could not reach Telegram just now. Please try again in a moment.
telegram-not-here = Telegram would not let me do that in this chat. Send me /history in private to find the work.
