"""A small word table between the two languages, written by hand: a prompt in one steers a poem in the other.

Each entry is English words (the first is the usual one) and Chinese words (the first is the usual one).
"""

from __future__ import annotations

from functools import cache

_TABLE = """
moon,moonlight,moonlit,lunar:月,明月|sun,sunlight,sunny:日,太阳|star,stars,starry:星
sky,heaven,heavens:天,天空|sea,ocean:海,大海|wave,waves:浪,波|river,stream:江,河|lake:湖|pond:池,塘
water,waters:水|spring,fountain:泉|rain,rainy,drizzle:雨|snow,snowy,snowfall:雪|frost,frosty:霜
ice,icy:冰|dew:露|mist,misty,fog,foggy:雾|smoke:烟|cloud,clouds,cloudy:云|wind,breeze,windy:风
storm,stormy,tempest:暴风雨,风雨|thunder:雷|lightning:电,闪电|rainbow:虹,彩虹
mountain,mountains,hill,hills,peak:山|valley,vale,canyon:谷|rock,stone,rocks:石|cliff:崖
island,isle:岛,洲|shore,beach,coast:岸,海滩|sand:沙|desert:沙漠|field,fields,meadow:田,野
grass,grasses:草|forest,woods,wood:林,森林|tree,trees:树|leaf,leaves:叶
flower,flowers,blossom,blossoms,bloom:花|plum:梅,梅花|cherry:樱,樱花|peach:桃|pear:梨|apple:苹果,果
orange:橘|lemon:柠檬|grape,grapes,vine:葡萄|lotus:莲,荷|chrysanthemum:菊|orchid:兰|rose,roses:玫瑰,蔷薇
lily:百合|tulip,tulips:郁金香|daisy:雏菊|violet:紫罗兰|sunflower:向日葵|willow,willows:柳|pine:松
bamboo:竹|maple:枫|oak:橡|moss:苔|reed,reeds:芦苇|bird,birds:鸟|swallow,swallows:燕
nightingale,oriole:莺|crow,raven:鸦,乌鸦|goose,geese:雁|crane:鹤|gull,seagull:鸥|duck:鸭|eagle,hawk:鹰
owl:猫头鹰|cuckoo:杜鹃|rooster,cock,hen,chicken:鸡|dove,pigeon:鸽|swan:天鹅
butterfly,butterflies:蝶,蝴蝶|bee,bees:蜂,蜜蜂|cricket:蟋蟀,蛩|cicada:蝉|firefly:萤,萤火虫|spider:蜘蛛
ant:蚁|fish:鱼|frog:蛙,青蛙|snake,serpent:蛇|turtle,tortoise:龟|horse,horses,steed:马|cow,ox,cattle:牛
sheep,lamb:羊|dog,hound,puppy:犬,狗|cat,kitten,kitty:猫|mouse,rat:鼠|rabbit,hare,bunny:兔|deer,stag:鹿
monkey,ape:猿,猴|tiger:虎,老虎|lion:狮,狮子|wolf:狼|fox:狐,狐狸|bear:熊|dragon:龙|phoenix:凤|whale:鲸
elephant:象|spring,springtime:春,春天|summer:夏,夏天|autumn,fall:秋,秋天|winter:冬,冬天|year,years:年
month:月|day,days:日,昼|night,nights,midnight:夜,夜晚|morning,dawn,sunrise,daybreak:晨,晓,黎明
evening,dusk,sunset,twilight:暮,黄昏,夕阳|noon:午|time:时光,时|hour:时|moment:刻|old:老
young,youth:少年,青春|child,children,childhood:儿童,童年,儿|baby,infant:婴儿|mother,mom:母,母亲,妈妈
father,dad:父,父亲,爸爸|brother:兄,弟|sister:姐妹|son:儿子|daughter:女儿|wife:妻|husband:夫
friend,friends,friendship:友,朋友,故人|lover,lovers:情人|love,beloved,romance:爱,爱情,相思|kiss:吻
marriage,wedding,bride:婚,婚礼|man:人|woman,lady,girl:女,佳人|boy:少年|king:王,君|queen:后
emperor:帝,皇帝|soldier,warrior:兵,战士|general:将军|hero:英雄|poet:诗人|scholar:书生|farmer:农夫
fisherman:渔翁|monk:僧|hermit:隐士|traveller,traveler,wanderer:客,旅人|stranger:客|sailor:水手
angel,fairy,immortal:仙|god:神|ghost,spirit:鬼,魂|soul:魂,灵魂|heart,hearts:心|mind:心
dream,dreams,dreaming:梦|sleep,sleeping,slumber:眠,睡
memory,memories,remember,remembering,nostalgia:忆,回忆|thought,thinking:思
longing,yearning,missing:思念,相思|homesick,homesickness:思乡,乡愁
sorrow,grief,sadness,sad,melancholy:愁,悲,忧伤|tear,tears,crying,weeping:泪
joy,happiness,happy,joyful:乐,喜,快乐|laughter,laugh,smile:笑|anger,rage:怒|fear,afraid:惊,恐
hope:望,希望|peace,peaceful:安,平安,和平|quiet,silence,silent,calm,stillness:静,寂静
lonely,loneliness,alone,solitude:孤,独,孤独|parting,farewell,goodbye,leaving:别,离别,送别
return,returning:归|reunion:重逢|journey,travel,travelling,trip:旅,行|road,path,way:路,道
home,homeland,hometown:家,乡,故乡,家乡|house,cottage:屋|door:门|gate:门,关|window:窗|garden:园,花园
yard,courtyard:院,庭|wall:墙,壁|tower:楼,塔|room:室|bed:床|stairs:阶|roof:檐|bridge:桥|city,town:城,城市
village:村|street:街|market:市|temple:寺|palace:宫|castle,fortress:城堡|tomb,grave:墓,坟|ship,boat:舟,船
sail:帆|oar:桨|car,carriage,train:车|lamp,lantern,light,lights:灯,光|candle,candles:烛|fire,flame:火
ash,ashes:灰|wine,drinking,beer:酒|tea:茶|coffee:咖啡|rice:米,稻|bread:面包|cake:糕,蛋糕|food:食
fruit:果|salt:盐|honey:蜜|book,books,reading:书,读书|letter:信,书信|pen,brush:笔|ink:墨|paper:纸
painting,picture:画|poem,poetry:诗|song,singing,sing:歌|music:乐,音乐|dance,dancing:舞|drum:鼓
bell,bells:钟|flute:笛|harp,zither,guitar,violin:琴|lute:琵琶|chess:棋|sword:剑|bow:弓|arrow:箭
war,battle:战,战争|flag,banner:旗|blood:血|bone,bones:骨|death,dying,dead:死|life,living:生,人生
birth,birthday:生日|body:身|hand,hands:手|eye,eyes:眼,目|face:脸,面|hair:发|mouth:口|foot,feet:足
voice:声|sound:声|shadow,shadows:影|mirror:镜|clothes,dress:衣|sleeve:袖|silk:丝,锦|thread:线|hat:帽
shoes:鞋|umbrella:伞|fan:扇|gold,golden:金|silver:银|jade:玉|pearl:珠|iron:铁|bronze:铜|money:钱
treasure:宝|red,crimson,scarlet:红|green:绿,青|blue:蓝,碧|white:白|black:黑|yellow:黄|purple:紫
pink:粉红|color,colour:色|fragrance,perfume,scent:香|sweet:甜|bitter:苦|cold,chill,chilly:寒,冷
warm,warmth:暖|hot,heat:热|dark,darkness:暗,黑暗|bright,brightness:明|deep:深|high:高
far,distant,faraway:远|long:长|empty,emptiness:空|clear:清|broken:断|lost:失|forgotten:忘
beauty,beautiful:美|freedom,free:自由|truth:真|virtue:德|fame,glory:名|ambition:志|duty:义|loyalty:忠
country,nation:国,祖国|world:世,世界|earth,land,ground:地,土|dust:尘|universe,cosmos:宇宙|space:太空
planet:星球|east,eastern:东|west,western:西|south,southern:南|north,northern:北|border,frontier:塞,边塞
camp:营|nest:巢|wing,wings:翼|feather:羽|flight,flying,fly:飞|swim,swimming:泳|fishing:钓,钓鱼
hunting,hunt:猎|farming,harvest:耕,丰收|work,labor,labour:工作|play,playing,game:戏,游戏|rest:休,息
waiting,wait:等,待|walking,walk:行,步|climbing,climb:登|festival,holiday:节,节日|christmas:圣诞
new year:新年,春节,元日|mid-autumn:中秋|first snow:初雪|robot,machine:机器|computer:电脑|phone:手机
airplane,plane,aeroplane:飞机|train:火车|school:学校|teacher:师,老师|student:学生|doctor:医|police:警
ice cream:冰淇淋|pizza:比萨|dinosaur:恐龙|unicorn:独角兽|witch:巫|wizard,magic:法|monster:怪|pirate:海盗
princess:公主|prince:王子
"""


@cache
def _entries() -> tuple[dict[str, str], dict[str, str]]:
    """English word → Chinese word, Chinese word → English word: the usual ones, first entry first."""
    to_zh: dict[str, str] = {}
    to_en: dict[str, str] = {}
    for entry in _TABLE.replace("\n", "|").split("|"):
        if not entry:
            continue
        english, chinese = (side.split(",") for side in entry.split(":"))
        for word in english:
            to_zh.setdefault(word, chinese[0])
        for word in chinese:
            to_en.setdefault(word, english[0])
    return to_zh, to_en


def to_chinese(words: list[str]) -> list[str]:
    """What the table has of ``words``, two-word entries first."""
    table, found, at = _entries()[0], [], 0
    while at < len(words):
        pair = " ".join(words[at : at + 2])
        if pair in table:
            found.append(table[pair])
            at += 2
            continue
        if words[at] in table:
            found.append(table[words[at]])
        at += 1
    return found


def to_english(text: str) -> list[str]:
    """What the table has of a Chinese text, longest match first."""
    table, found, at = _entries()[1], [], 0
    while at < len(text):
        for size in (4, 3, 2, 1):
            if text[at : at + size] in table:
                found.append(table[text[at : at + size]])
                at += size
                break
        else:
            at += 1
    return list(dict.fromkeys(" ".join(found).split()))
