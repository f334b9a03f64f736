### /surprise 的主意：一行一个，写法与命令后输入的一样。每种语言各有各的。

ideas-paint =
    黄昏的悬崖上有一座灯塔，海上有三艘船 style=painting
    满月下的雪夜小村 mood=calm
    云雾缭绕的群山与蜿蜒的小河 style=ink
    电闪雷鸣的暴风海面 mood=tense palette=dark
    春天的红色郁金香花田 style=impressionism
    黎明的沙漠，一轮金色的太阳 mood=epic
    秋天的小河上有一座石桥 style=watercolour
    雨中深夜的城市天际线 style=glow
    雪中湖边的小木屋和松树 style=pixel
    日落时海面上的白色飞鸟 palette=golden
    大雾弥漫的幽暗森林 mood=wistful
    深色背景上的一朵向日葵 style=baroque
    眨着眼睛大笑的脸 style=emoji
    夏天平静的湖上有一艘帆船 style=poster
ideas-poem =
    江上夜雨 form=七绝
    初雪 form=五绝
    登高望远 form=七律
    深秋归乡 form=五律
    春江花月 form=七绝 mood=joyful
    送别友人 form=五律 mood=sad
    山中访僧 form=五绝 mood=calm
    中秋望月 form=七律
    边塞秋风 form=七绝 mood=epic
    荷塘晚风 form=浣溪沙
    渡口斜阳 form=鹧鸪天
    生日快乐 form=藏头诗 acrostic=平安喜乐
ideas-melody =
    雨夜里缓慢忧伤的圆舞曲
    庙会上欢快的舞曲
    给睡不着的孩子一首摇篮曲 mood=calm
    小小游行队伍的进行曲 rhythm=march
    让大家都跳起来的里尔舞曲 rhythm=reel key="D major"
    清晨安静的圣歌 rhythm=hymn
    远方海岸的惆怅小调 key="E minor"
    关于一只逃跑的风筝的俏皮的歌
    小调的狂风之舞 mood=tense
    顺风航行的水手舞曲 rhythm=hornpipe
    凯旋归来的壮丽旋律 mood=epic
    烛光下的圆舞曲 key="G major" tempo=120
    竹林里的月光 instrument=古筝
