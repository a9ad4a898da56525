/// The commonest words of the languages that most news is written in.
///
/// They are kept apart by language, because one language's stop word is another's news: *war* and *die* in German, *sin*
/// in Spanish, *men* in Swedish.
package enum StopWords {
    /// The languages with a list, in a fixed order.
    package static let languages = table.keys.sorted()

    /// The stop words of a language; empty for one without a list and for nil.
    package static func words(for language: String?) -> Set<String> {
        language.flatMap { table[$0] } ?? []
    }

    private static let table: [String: Set<String>] = lists.mapValues { list in
        Set(list.split { $0 == " " || $0 == "\n" }.map(String.init))
    }

    private static let lists: [String: String] = [
        "en": """
        a about above after again against all also am an and any are aren as at be because been before being below \
        between both but by can cannot could couldn did didn do does doesn doing don down during each few for from \
        further get got had hadn has hasn have haven having he her here hers herself him himself his how however i \
        if in into is isn it its itself just ll may me might more most much must my myself no nor not now of off on \
        once one only or other our ours out over own per re s said same say says she should shouldn so some such t \
        than that the their theirs them themselves then there these they this those through to too under until up \
        upon us ve very was wasn we were weren what when where which while who whom whose why will with within \
        without won would wouldn yet you your yours
        """,
        "es": """
        a al algo algunas algunos ante antes aunque así cada como con contra cual cuando cuatro cuál cómo de del \
        desde dijo donde dos durante e el ella ellas ellos en entre era eran es esa esas ese eso esos esta estaba \
        estado están estar estas este esto estos está estuvo fue fueron ha había habían han hasta hay he la las le \
        les lo los me mi mientras muy más ni no nos nosotros o otra otras otro otros para pero poco por porque \
        puede que quien quienes qué se sea según ser será si sido sin sobre solo son su sus sí también tanto te \
        tiene tienen toda todas todo todos tras tres tu tuvo un una uno unos y ya yo él
        """,
        "fr": """
        a afin ai ainsi alors après au aucun aussi autre autres aux avait avant avec avoir c car ce ceci cela celle \
        celui ces cet cette ceux chez comme contre d dans de depuis des deux donc dont du elle elles en encore \
        entre est et eu eux fait faire furent fut il ils j je l la le les leur leurs lors lui m ma mais me mes moins \
        mon même n ne ni nos notre nous on ont ou où par parce pas pendant peu peut plus pour pourquoi qu quand que \
        quel quelle qui quoi s sa sans se selon sera ses si son sont sous sur t ta te tous tout toute toutes trois \
        très tu un une vers vos votre vous y à été étaient était être
        """,
        "de": """
        ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bereits bis da \
        dabei damit dann das dass dem den denn der des die dies diese diesem diesen dieser dieses doch dort du durch \
        ein eine einem einen einer eines er es etwa für gegen habe haben hat hatte hatten hier ich ihm ihn ihr ihre \
        ihrem ihren ihrer im immer in ins ist ja jedoch kann kein keine können man mehr mit muss müssen nach nicht \
        noch nun nur ob oder ohne sagte sehr sei seien sein seine seinem seinen seiner seit sich sie sind so sollen \
        sollte sondern sowie über um und uns unter vom von vor war waren was weil weiter welche wenn wer werde \
        werden wie wieder will wir wird wo wollen worden wurde wurden während würde zu zum zur zwar zwei zwischen
        """,
        "pt": """
        a ainda além ao aos apenas após aquela aquele as assim até cada com como contra da das de depois desde dessa \
        desse desta deste disse do dois dos durante e ela elas ele eles em entre era eram essa essas esse esses esta \
        estava este estes estão está eu foi foram for ha havia há isso isto já la lhe mais mas me mesmo meu minha \
        muito muitos na nas nem nesta neste no nos nossa nosso não num numa nós o onde os ou outra outras outro \
        outros para pela pelas pelo pelos pode por porque quais qual quando que quem se segundo seja sem ser será \
        seu seus sido sobre sua suas são só também tem tendo ter teve tinha toda todas todo todos três um uma você \
        à às é
        """,
        "it": """
        a ad agli ai al alla alle allo anche ancora avere aveva avevano c che chi ci come con contro così cui d da \
        dagli dai dal dalla dalle dallo degli dei del della delle dello dentro di dopo dove due durante e ed era \
        erano essere fa fino fra fu furono gli ha hanno ho i il in io la le lei li lo loro lui l ma me mentre mi mio \
        molto ne negli nei nel nella nelle nello no noi non nostra nostro o ogni oggi oltre per perché perciò più \
        però poi prima può qua quale quando quanto quella quelle quelli quello questa queste questi questo qui se \
        secondo sempre senza si sia siamo sono sopra sotto stata stati stato su sua sue sugli sui sul sulla sulle \
        suo suoi tra tre tutta tutte tutti tutto un una uno va verso vi è
        """,
        "nl": """
        aan al alle als andere bij daar dan dat de deze die dit doen door dus een en er ge geen had heb hebben heeft \
        hem het hier hij hoe hun ik in is ja je kan kunnen maar me meer men met mij mijn moet moeten na naar niet \
        niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot twee u uit van veel volgens voor \
        want waren was wat we wel werd werden wie wil worden wordt ze zei zelf zich zij zijn zo zonder zou zouden
        """,
        "sv": """
        alla allt att av bara bli blev blir de dem den denna det detta din dit du där då efter ej eller en enligt \
        er ett från för ha hade han har hennes hon honom hur här i icke inga ingen inom inte jag kan kunde man med \
        mellan men mer mig min mot mycket ni nu när någon något några och också om oss på samma sedan sig sin sina \
        sitt skulle ska som så säger till under upp ut utan vad var vara vi vid vilka över är även
        """,
        "pl": """
        a aby ale bez by był była było były być co czy dla do dwa gdy gdzie go i ich ile im innych iż ja jak jako je \
        jednak jego jej jest jeszcze jeśli już kiedy kto która które którego której który których którzy lub ma mi \
        mu może można na nad nas nie nich nim niż o od on ona oni oraz po pod podczas ponad poza przed przez przy są \
        się sobie swoich tak także tam te tego tej ten to tu tych tylko tym u w we wszystkich więc został z za ze że \
        żeby
        """,
        "tr": """
        ama ancak bir biri birçok bu bunu bunun da daha de değil diye dolayı en gibi göre hem her hiç için ile ise \
        kadar karşı kendi ki mi mu mü ne neden nasıl o olan olarak oldu olduğu olduğunu olması onu onun sonra şu tüm \
        ve veya ya yer çok önce üzere üzerine şekilde
        """,
        "ru": """
        а без более бы был была были было быть в вам вас во вот все всё всех вы где да для до его ее её если есть еще \
        ещё же за и из или им их к как который которая которые которых когда кто ли мы на над не него нее нет ни них \
        но о об он она они оно от по под после при про с сам свои своих себя сейчас со так также такой там то тоже \
        только том тот у уже что чтобы эта эти это этого этой этом этот я
        """,
        "uk": """
        а або але без був була були було бути в вже вид від він вона вони все всі для до з за і із й його їх її коли \
        ми на над не немає ні о об при про після по під та так також тим то того той у це цей ці цього цьому час через \
        чи що щоб є як яка які який яких
        """,
        "ar": """
        أن أو أي أيضا إذا إلا إلى إن التي الذي الذين الى ان او اي بعد بل بن به بها بين تم ثم حتى حول حيث خلال ذلك \
        سوف ضد عام على عن عند عندما غير في فيها فيه قال قالت قبل قد كان كانت كل كما لا لكن لم لن له لها لهم ليس ما مع \
        من منذ منها منه نحو هذا هذه هم هناك هو هي و وأن وفي وقال وقد وكان ولا ولم ومن وهو وهي يتم يكون
        """,
    ]
}
