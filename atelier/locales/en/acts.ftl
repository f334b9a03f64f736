### What can be done with a made work: buttons, questions, answers. Discord allows 80 characters on a button.

act-again = Again
act-edit = Edit
act-favourite = Favourite
act-vary-subtle = Vary a little
act-vary-strong = Vary a lot
act-upscale-256 = Enlarge to 256
act-upscale-512 = Enlarge to 512
act-blend = Blend
act-continue = Continue
act-original = Original files
act-details = Details
act-delete = Delete
act-delete-yes = Yes, delete it
act-more = More
act-back = Back
act-which = Which picture?
act-sure = Delete this work for good? Nobody will be able to see or hear it any more.
act-menu = What shall I do with this work?
act-not-here = I cannot do that with this kind of work.
act-twice = Already on it, just a moment.

made-vary-subtle = varied a little
made-vary-strong = varied a lot
made-upscale-256 = 256 pixels
made-upscale-512 = 512 pixels
made-blend = blended
made-continue = continued

button-unknown = That button is out of date. Please use a newer one.
work-unfinished = This work is not finished yet. Please wait a moment.
favourite-kept = Added to your favourites ⭐
favourite-gone = Removed from your favourites.
work-deleted = This work was deleted.
work-deleted-stays = Deleted. I cannot take this message away here, so please dismiss or delete it yourself.
delete-not-yours = Only the person who asked for this work, or an admin, can delete it.
original-none = This work has no files: the poem is all there is.

edit-title = Edit and run again
edit-words = Your words
edit-options = Options, as name=value
edit-ask = Which words shall I use instead? Reply to this message; the options stay as they are.

blend-choose = Which of your works shall I blend with “{ $first }”?
blend-none = You have nothing to blend it with yet. Make another of its kind first (tunes need the same meter).
blend-none-here = You have made nothing in this chat to blend it with. Open it with /history in our private chat and press Blend there.
blend-needs-two = Blending takes two different works of the same kind.

details-title = About this work
details-asked = Asked: { $prompt }
details-options = Options: { $options }
details-model = Made by: { $model } { $version }
details-seed = Seed: { $seed }
details-time = Made: { $time } UTC
details-parent = Made from an earlier work: { $act }
details-id = Number of the work: { $id }
details-painter = painter
details-poet = poet
details-composer = composer
