### 作曲室的话：婉拒、曲名、曲子的文字说明。

composer-meter-rhythm = { $rhythm ->
    [waltz] 圆舞曲
    [jig] 吉格舞曲
    [reel] 里尔舞曲
    [hornpipe] 角笛舞曲
    [march] 进行曲
    [lullaby] 摇篮曲
   *[other] 这种曲子
 }是 { $usual } 拍的，不能写成 { $meter } 拍：请去掉其中一个要求。
composer-bad-meter = 我写不了 { $meter } 拍；请从这些拍号里选一个：{ $meters }。
composer-bad-tempo = 速度不能是“{ $tempo }”：请用 { $low } 到 { $high } 之间的整数（每分钟的{ $beat ->
        [dotted] 附点四分音符
       *[plain] 四分音符
    }数）。
composer-lullaby-fast = 每分钟 { $tempo } 个{ $beat ->
        [dotted] 附点四分音符
       *[plain] 四分音符
    }对摇篮曲来说太快了：请不要超过 { $high }，或者换一种节奏。
composer-bad-length = 我写不了 { $bars } 小节；请从这些长度里选一个：{ $lengths }。
composer-no-tunes = { $path } 里没有可以用来训练的曲子：需要 .jsonl.gz 文件，其中要有 “train” 和 “val” 两部分的曲子。
composer-no-player = 用音色库演奏还缺一个软件包：请运行 `pip install --no-deps tinysoundfont`，或者不要设置 ATELIER_SOUNDFONT。
composer-bad-bank = 无法用 { $path } 这个音色库演奏：请检查 ATELIER_SOUNDFONT 是否指向一个 SF2 文件，或者不要设置它。

## 曲名
composer-title = { $key }{ $mood }{ $rhythm }
composer-key-major = { $tonic }大调
composer-key-minor = { $tonic }小调
composer-mood-none = { "" }
composer-mood-joyful = 欢快的
composer-mood-sad = 忧伤的
composer-mood-calm = 平静的
composer-mood-tense = 紧张的
composer-mood-wistful = 惆怅的
composer-mood-epic = 壮阔的
composer-mood-playful = 俏皮的
composer-rhythm-reel = 里尔舞曲
composer-rhythm-jig = 吉格舞曲
composer-rhythm-hornpipe = 角笛舞曲
composer-rhythm-air = 小曲
composer-rhythm-song = 歌曲
composer-rhythm-hymn = 圣歌
composer-rhythm-waltz = 圆舞曲
composer-rhythm-march = 进行曲
composer-rhythm-lullaby = 摇篮曲

## 曲子的文字说明
composer-detail = { $meter } 拍，每分钟 { $tempo } 个{ $beat ->
        [dotted] 附点四分音符
       *[plain] 四分音符
    }
composer-summary = { $title }，{ $meter } 拍，共 { $bars } 小节，每分钟 { $tempo } 个{ $beat ->
        [dotted] 附点四分音符
       *[plain] 四分音符
    }
