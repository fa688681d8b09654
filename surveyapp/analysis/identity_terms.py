"""Words for who people are. They weigh nothing in the tone: naming a group is neither praise nor blame."""

from surveyapp.analysis.tone_scan import word_set

IDENTITY_TERMS = word_set(
    # religions and beliefs
    "christian christians christianity catholic catholics protestant protestants evangelical evangelicals baptist "
    "baptists methodist methodists lutheran mormon mormons orthodox muslim muslims moslem islam islamic sunni shia "
    "shiite jew jews jewish judaism hindu hindus hinduism sikh sikhs sikhism buddhist buddhists buddhism taoist jain "
    "pagan pagans atheist atheists atheism agnostic agnostics secular religious believer believers quaker quakers "
    "amish anglican zoroastrian shinto confucian bahai druze coptic "
    # nationalities, origins, places people are from
    "american americans african africans asian asians european europeans latino latinos latina latinas latinx "
    "hispanic hispanics caucasian caucasians arab arabs arabic black blacks white whites brown coloured colored "
    "biracial multiracial indigenous aboriginal aboriginals native natives inuit maori roma romani gypsy gypsies "
    "traveller travellers chinese japanese korean koreans vietnamese thai filipino filipinos indonesian malaysian "
    "indian indians pakistani pakistanis bangladeshi bengali tamil nepali tibetan afghan afghans iranian iranians "
    "persian iraqi iraqis syrian syrians lebanese palestinian palestinians israeli israelis turkish turk turks "
    "kurdish kurd kurds saudi yemeni egyptian egyptians moroccan moroccans algerian tunisian libyan sudanese "
    "ethiopian ethiopians eritrean somali somalis kenyan ugandan nigerian nigerians ghanaian congolese rwandan "
    "zimbabwean zambian caribbean jamaican jamaicans haitian haitians cuban cubans dominican puerto rican ricans "
    "mexican mexicans guatemalan honduran salvadoran nicaraguan colombian venezuelan ecuadorian peruvian bolivian "
    "brazilian brazilians chilean argentinian argentine canadian canadians australian australians british briton "
    "britons english englishman scottish welsh irish french german germans italian italians spanish spaniard "
    "portuguese dutch belgian swiss austrian polish pole poles czech slovak hungarian romanian romanians bulgarian "
    "greek greeks serbian serb croatian bosnian bosnians albanian kosovar macedonian slovenian ukrainian ukrainians "
    "russian russians belarusian lithuanian latvian estonian finnish finn swedish swede norwegian danish dane "
    "icelandic georgian armenian armenians azerbaijani kazakh uzbek mongolian burmese rohingya cambodian laotian "
    "singaporean malay taiwanese lankan zealander arabian omani emirati qatari kuwaiti jordanian bahraini angolan "
    "cameroonian senegalese malian ivorian liberian sierra leonean gambian malawian mozambican namibian botswanan "
    "tanzanian burundian madagascan panamanian uruguayan paraguayan trinidadian barbadian bahamian fijian samoan "
    "tongan hawaiian maltese cypriot luxembourgish moldovan montenegrin kyrgyz tajik turkmen bhutanese maldivian "
    "america africa asia europe china japan korea vietnam india pakistan bangladesh afghanistan iran iraq syria "
    "israel palestine turkey egypt morocco nigeria somalia ethiopia mexico canada australia britain england scotland "
    "wales ireland france germany italy spain portugal poland romania ukraine russia greece cuba haiti brazil usa uk "
    "us "
    # gender, family, orientation
    "man men woman women male males female females boy boys girl girls guy guys lady ladies gentleman gentlemen "
    "husband husbands wife wives mother mothers mom moms mum mums father fathers dad dads son sons daughter "
    "daughters brother brothers sister sisters grandmother grandfather grandma grandpa grandparent grandparents "
    "uncle aunt nephew niece boyfriend girlfriend widow widower king queen he him his himself she her hers herself "
    "nonbinary binary trans transgender transgendered transsexual cis cisgender queer gay gays lesbian lesbians "
    "bisexual bisexuals pansexual asexual intersex homosexual homosexuals heterosexual heterosexuals straight lgbt "
    "lgbtq lgbtqia feminist feminists genderqueer genderfluid "
    # age, body, circumstances
    "old older elder elderly elders senior seniors young younger youth youths teen teens teenage teenager teenagers "
    "child children kid kids baby babies toddler adult adults pensioner pensioners retired retiree retirees "
    "millennial millennials disabled disability disabilities deaf blind wheelchair autistic autism epileptic "
    "diabetic paralysed paralyzed paraplegic amputee dyslexic immigrant immigrants migrant migrants refugee refugees "
    "foreigner foreigners asylum citizen citizens expat expats veteran veterans student students worker workers "
    "unemployed homeless non aged bodied impaired widowed married divorced pregnant "
    # parties
    "democrat democrats republican republicans liberal liberals conservative conservatives labour tory tories "
    "socialist socialists communist communists progressive progressives libertarian libertarians leftist leftists"
)

# These judge things ("communication is poor") and describe people: before one of the nouns, they weigh nothing either.
CIRCUMSTANCES = word_set("fat poor rich short tall thin wealthy")
PEOPLE = word_set(
    "child children community families family folk folks household households kids man member members men neighbour "
    "neighbours neighbor neighbors neighbourhood neighborhood pensioner pensioners people person student students "
    "woman women worker workers"
)
