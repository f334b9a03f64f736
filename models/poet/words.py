"""Words that a poem is not about, and words that the poet never writes."""

from __future__ import annotations

# Function words and fillers: they say nothing of what a poem, or a prompt, is about.
_SILENT = """
a about above after again against ah all am among amid an and any are art as at away ay aye be
beneath because been before behind being below beside between beyond both but by came can cannot
come comes could did do does done doth down each ere even ever every few for forth from gave get
give go goes gone good got had hast hath have he hear her here hers herself him himself his how i if
in into is it its itself just know knew known lay let like lo long made make makes man many may me
might mine more most much must my myself near never no none nor not now o of off oft often oh old on
once one only or other our ours out over own put round said same saw say says see seem seemed seen
shall she should since so some something still such take than that the thee their theirs them then
there therefore these they thine thing things think this those thou though thought through thus thy
till to too took towards two under unto until up upon us very was way we well went were what
whatever when where whether which while who whom whose why will with within without would write
written ye yes yet you your yours poem poems poetry verse verses haiku sonnet quatrain limerick
ballad couplet rhyme rhymes please want i'm i'll i've it's don't can't that's isn't doesn't first
new last little great small big three four five second someone somebody everything nothing anything
really also around lot lots kind sort
"""
SILENT_EN = frozenset(_SILENT.split())
SILENT_ZH = frozenset(
    "的了在是我你他她它们这那和与及或而之乎者也矣焉其为以于因所何不无有一二三四五六七八九十个首些"
    "写作诗词句题请给吧吗呢啊关于中上下里又更最很把被让使得着过到从向对"
)

# Never in the vocabulary, so never written: slurs, and words of the old books that are used as such.
_BARRED = """
nigger niggers nigga negro negroes negress darky darkie darkies coon coons chink chinks chinaman jap
japs gook spic wop dago dagos kike kikes jew jews jewess hebrew gypsy gypsies gipsy gipsies squaw
squaws redskin redskins injun injuns savage savages heathen heathens paynim infidel infidels moor
moors turk turks saracen saracens faggot faggots fag fags dyke dykes tranny homo queer queers retard
retarded cripple cripples idiot idiots imbecile whore whores harlot harlots slut sluts strumpet
wench wenches bitch bitches bastard bastards hussy wanton bawd slave slaves slavery rape raped
raping rapes ravish ravished ravishing lynch mulatto octoroon quadroon pygmy cunt cunts fuck fucking
fucked shit cock cocks dick tit tits prick pricks ass asses piss pussy nazi eskimo cannibal
cannibals papist papists popish leper lepers lunatic lunatics barbarian barbarians concubine eunuch
massa mammy sambo pickaninny kaffir hottentot swarthy
"""
BARRED_EN = frozenset(_BARRED.split())
BARRED_ZH = frozenset("虏奴婢妓娼妾蛮夷獠胡羌狄戎倭鞑番姬嫖淫奸尸")
