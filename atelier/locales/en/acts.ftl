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
act-sure = Delete this work for good? Its picture, words or sound will be gone for everybody.
act-menu = What shall I do with this work?
act-not-here = I cannot do that with this kind of work.
act-twice = I am on it already: it is on its way.

made-vary-subtle = varied a little
made-vary-strong = varied a lot
made-upscale-256 = 256 pixels
made-upscale-512 = 512 pixels
made-blend = blended
made-continue = continued

button-unknown = I do not know that button any more: please use a newer one.
work-unfinished = This work is not finished yet: please wait until it is there.
favourite-kept = It is among your favourites now ⭐
favourite-gone = It is no longer among your favourites.
work-deleted = This work was deleted.
work-deleted-stays = Deleted. I cannot take this message away here, so please dismiss or delete it yourself.
delete-not-yours = Only the person who asked for this work, or an admin, can delete it.
original-none = This work has no files: the poem is all there is.

edit-title = Edit and run again
edit-words = Your words
edit-options = Options, as name=value
edit-ask = Which words shall I use instead? Reply to this message; the options stay as they are.

blend-choose = I blend “{ $first }” with another of your works. Which one comes second?
blend-none = You have nothing that it can be blended with yet: make one more of its kind first (a tune needs one of its meter).
blend-none-here = You made nothing in this chat to blend it with. Open it with /history in our private chat and press Blend there.
blend-needs-two = Blending needs two different works of one kind.

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
