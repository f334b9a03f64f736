"""Words that a poem is not about, and words that the poet never writes."""

from __future__ import annotations

import re

from atelier.languages import Lang

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

# What no acrostic spells and no title says either, of characters that are harmless by themselves.
_COARSE = "操你 操他 操她 草你妈 日你 他妈的 你妈的 傻逼 煞笔 鸡巴 支那 肏 屄 屌 婊"
_OATH = re.compile(r"(?:^|[^\w]|真)妈的(?=$|\W)")  # 妈妈的爱 and 妈的生日 are a mother's
# Words in which a character that is barred by itself means no people.
_HARMLESS_ZH = re.compile("胡同|胡杨|胡琴|二胡|胡椒|胡萝卜|番茄|番薯|番石榴|别姬|虞姬|獠牙")
_MEANT = frozenset(["moor", "moors", "savage"])  # what a person may well mean: a heath, a storm
_DISGUISED = str.maketrans("013457", "oieast")  # n1gger


def coarse(text: str) -> bool:
    """Whether Chinese words are abuse."""
    return any(said in text for said in _COARSE.split()) or bool(_OATH.search(text))


def barred(text: str, lang: Lang) -> bool:
    """Whether a word (English) or what a title says (Chinese) is not to be put out."""
    if lang == "zh":
        return bool({*_HARMLESS_ZH.sub("", text)} & BARRED_ZH) or coarse(text)
    plain = text.lower().strip("'’")
    disguised = plain.translate(_DISGUISED)
    return plain in BARRED_EN - _MEANT or (disguised != plain and disguised in BARRED_EN)


# In the vocabulary, and never written: what the reading of lines left over of *they're*, *th'* and *St.*,
# notes on the page, and foreign particles, none of which stands alone as a word of an English poem.
_FRAGMENTS = """
re ve st th ms fu wo aw ee er em ed im na mi ae ad un ne et en de le ter mee etc e's
"""
FRAGMENTS_EN = frozenset(_FRAGMENTS.split())
# Old shapes of characters, each before the one that texts in simplified characters print: 鴈 is 雁. An old
# shape is not written where the vocabulary has the other too.
_VARIANTS = """
隠隐 簷檐 疎疏 鴈雁 鶑莺 頼赖 髪发 徧遍 慙惭 浄净 鬰郁 鬭斗 鬬斗 劒剑 粧妆 媿愧 猨猿 嬾懒 賸剩 珮佩
櫂棹 煖暖 髙高 鼇鳌 馿驴 閙闹 妬妒 牋笺 椀碗 罇樽 歛敛 斾旆 餠饼 隄堤 堦阶 慇殷 懃勤 鲙脍 臞癯 隣邻
祐佑 畧略 褭袅 鏁锁 覩睹 槃盘 檝楫 彊强 缾瓶 鉏锄 毬球 踈疏 髣仿 懽欢 驩欢 邉边 拏拿 筿筱 笻筇 欵款
朶朵 栢柏 幙幕 犂犁 逈迥 潄漱 醆盏 竝并 廻回 遰递 羃幂 繙翻 歳岁 櫺棂 镕熔 暎映 蔕蒂 麤粗 牓榜 嚬颦
羇羁 俛俯 臯皋 秪只 穉稚 悮误 巵卮 鳯凤
"""
VARIANTS_ZH = {pair[0]: pair[1] for pair in _VARIANTS.split()}
