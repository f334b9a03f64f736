### What only the Discord front end says.

discord-token-missing = There is no Discord token: set ATELIER_DISCORD_TOKEN to the bot's token.
discord-token-wrong = Discord does not accept the token in ATELIER_DISCORD_TOKEN: copy it again from the Bot page of your application (discord.com/developers/applications).
discord-down = Discord does not answer at ATELIER_DISCORD_API_BASE.
discord-outdated = This command has changed since your Discord last looked: please type it once more.
discord-refused = Your work is ready, but Discord would not take the message. The problem has been written down.
discord-not-taken = It is ready, but Discord would not take it. Please try again in a moment.
discord-left-out = Too large to attach here: { $files }
discord-alt-melody = A melody made by a machine for “{ $prompt }”: { $music }.
discord-help-outro = Discord offers the options as you type. Tell me with 👍 or 👎 how a work turned out: that is how I learn.
discord-channel-closed = I can no longer write in that channel, so here it is.
discord-later = This takes longer than Discord lets me answer here. I will send it to you in a private message when it is done.
