### Ideas of /surprise: one a line, as one would type it after the command. Each language has its own.

ideas-paint =
    a lighthouse on a cliff at dusk, three boats on the sea style=painting
    a snowy village at night under a full moon mood=calm
    misty mountains and a winding river style=ink
    a stormy sea with lightning mood=tense palette=dark
    a field of red tulips in spring style=impressionism
    a desert at dawn, a golden sun mood=epic
    a stone bridge over a river in autumn style=watercolour
    a city skyline at midnight in the rain style=glow
    a cabin by a still lake, pine trees in the snow style=pixel
    white birds over the ocean at sunset palette=golden
    a dark forest with fog between the trees mood=wistful
    a yellow sunflower on a dark background style=baroque
    a winking face with a big smile style=emoji
    a sailing boat on a calm lake in summer style=poster
ideas-poem =
    the last train home form=haiku
    a cat that thinks it is a king form=limerick
    the first snow on the roof form=quatrain
    letters that were never sent form="shakespearean sonnet"
    the lighthouse keeper's daughter form=ballad
    an old garden after rain mood=wistful form=haiku
    what the river told the stones form=free
    a star that fell into the sea form=couplet
    my grandmother's kitchen mood=joyful form=quatrain
    the moon over an empty street form="petrarchan sonnet"
    a ship leaving the harbour at dawn form=ballad
    summer is almost over acrostic=august
ideas-melody =
    a slow, sad waltz for a rainy evening
    a merry jig at a village fair
    a lullaby for a restless night mood=calm
    a proud march for a small parade rhythm=march
    a reel that gets everybody dancing rhythm=reel key="D major"
    a quiet hymn at dawn rhythm=hymn
    a wistful air from a faraway coast key="E minor"
    a playful song about a runaway kite
    a stormy dance in a minor key mood=tense
    a sailor's hornpipe in fair wind rhythm=hornpipe
    a grand tune for coming home mood=epic
    a waltz by candlelight key="G major" tempo=120
    a quiet evening by the fire instrument=guitar
