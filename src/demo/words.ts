/** What demo customers are made of: names as heard in Australia, real suburbs with their postcodes, and jobs of a plumber. */

const list = (text: string): string[] => text.trim().split(/\s*,\s*/);

export const GIVEN_NAMES = list(`
  Oliver, Noah, Jack, Henry, William, Leo, Charlie, Thomas, Lucas, Ethan, Hudson, Archie, Harry, Max, James, Lachlan,
  Cooper, Angus, Declan, Callum, Hamish, Riley, Bailey, Jarrah, Koa, Darcy, Flynn, Mitchell, Bruce, Wayne, Graeme,
  Trevor, Craig, Brett, Shane, Damien, Matteo, Luca, Nikolai, Dimitri, Arjun, Vihaan, Rohan, Hiroshi, Wei, Minh, Tuan,
  Omar, Yusuf, Ali, Ahmed, Tama, Sione, Mateo, José, Andrzej, Stefan, Kwame, Charlotte, Amelia, Isla, Olivia, Mia, Ava,
  Grace, Willow, Matilda, Ella, Sophie, Ruby, Harper, Mikayla, Evie, Chloe, Zoë, Imogen, Georgia, Phoebe, Tahlia, Kirra,
  Jedda, Freya, Siobhán, Maeve, Kylie, Sharon, Leanne, Tracey, Narelle, Raelene, Beverley, Margaret, Judith, Lorraine,
  Giulia, Francesca, Eleni, Katarina, Priya, Ananya, Meera, Yuki, Mei, Linh, Thi, Fatima, Layla, Amira, Aroha, Leilani,
  Camila, Zofia, Ingrid, Amara`);

export const SURNAMES = list(`
  Smith, Jones, Williams, Brown, Wilson, Taylor, Johnson, White, Martin, Anderson, Thompson, Walker, Harris, Ryan,
  Robinson, Kelly, King, Davis, Wright, Evans, Hall, Clarke, Murphy, Campbell, Mitchell, Roberts, Young, Scott, Stewart,
  Malloney, Fitzgerald, Gallagher, McKenzie, MacDonald, O’Brien, O’Connor, Sinclair, Buchanan, Pemberton, Wainwright,
  Nguyen, Tran, Pham, Huynh, Chen, Wang, Zhang, Liu, Lee, Kim, Park, Tanaka, Suzuki, Singh, Kaur, Patel, Sharma, Gupta,
  Reddy, Fernando, Perera, Rossi, Russo, Romano, Ferrari, Esposito, Papadopoulos, Nikolaidis, Georgiou, Petrović, Jovanović,
  Kowalski, Nowak, Müller, Schneider, Van der Berg, Jansen, Lindqvist, Hansen, Santos, Silva, García, Haddad, Khoury,
  Hassan, Ibrahim, Yilmaz, Demir, Tuipulotu, Fonua, Ngata, Wirrpanda, Goodes, Bonner, Ellison, Whitlock, Carmody, Dunstan,
  Hargreaves, Lonsdale, Merriweather, Northcott, Osborne, Prendergast, Rutherford, Stavros, Thistlewood, Underwood,
  Vandenberg, Wetherill, Yardley`);

export const STREETS = list(`
  High Street, Station Street, Church Street, Victoria Street, Albert Street, George Street, Elizabeth Street, Park Avenue,
  Beach Road, Ocean Drive, Princes Highway, Marine Parade, Railway Parade, Kembla Street, Wattle Grove, Banksia Crescent,
  Grevillea Close, Jacaranda Avenue, Eucalypt Way, Kurrajong Street, Waratah Street, Acacia Avenue, Boronia Road,
  Bottlebrush Drive, Lilly Pilly Lane, Rosella Place, Kookaburra Court, Lorikeet Street, Currawong Road, Lyrebird Close,
  Macquarie Street, Phillip Street, Hunter Street, Bligh Street, Flinders Street, Cook Street, Oxley Drive, Hume Road,
  Collins Street, Bourke Street, Swanston Street, Bridge Road, Mill Lane, Quarry Road, Orchard Road, Vineyard Lane,
  School Lane, Hospital Road, Showground Road, Racecourse Road, Golf Links Road, Harbour View Parade, Lighthouse Road,
  Lagoon Street, Creek Road, Mountain View Road, Sunrise Crescent, Pioneer Drive, Federation Way, Anzac Parade`);

/** Suburb, state and postcode. */
export const SUBURBS = list(`
  Wollongong NSW 2500, Fairy Meadow NSW 2519, Dapto NSW 2530, Shellharbour NSW 2529, Kiama NSW 2533, Nowra NSW 2541,
  Thirroul NSW 2515, Bulli NSW 2516, Figtree NSW 2525, Port Kembla NSW 2505, Newtown NSW 2042, Marrickville NSW 2204,
  Parramatta NSW 2150, Penrith NSW 2750, Manly NSW 2095, Cronulla NSW 2230, Blacktown NSW 2148, Hornsby NSW 2077,
  Campbelltown NSW 2560, Newcastle NSW 2300, Maitland NSW 2320, Gosford NSW 2250, Orange NSW 2800, Dubbo NSW 2830,
  Wagga Wagga NSW 2650, Albury NSW 2640, Coffs Harbour NSW 2450, Byron Bay NSW 2481, Richmond VIC 3121, Fitzroy VIC 3065,
  Footscray VIC 3011, Brunswick VIC 3056, St Kilda VIC 3182, Frankston VIC 3199, Geelong VIC 3220, Ballarat Central VIC 3350,
  Bendigo VIC 3550, Shepparton VIC 3630, Mildura VIC 3500, Traralgon VIC 3844, Paddington QLD 4064, West End QLD 4101,
  Chermside QLD 4032, Ipswich QLD 4305, Southport QLD 4215, Burleigh Heads QLD 4220, Noosa Heads QLD 4567,
  Toowoomba City QLD 4350, Rockhampton City QLD 4700, Mackay QLD 4740, Cairns City QLD 4870, Townsville City QLD 4810,
  Norwood SA 5067, Glenelg SA 5045, Port Adelaide SA 5015, Mount Gambier SA 5290, Victor Harbor SA 5211, Fremantle WA 6160,
  Subiaco WA 6008, Joondalup WA 6027, Mandurah WA 6210, Bunbury WA 6230, Albany WA 6330, Sandy Bay TAS 7005,
  Launceston TAS 7250, Devonport TAS 7310, Braddon ACT 2612, Belconnen ACT 2617, Darwin City NT 0800, Alice Springs NT 0870`);

export const AREA_CODES: Record<string, string> = {
  NSW: '2',
  ACT: '2',
  VIC: '3',
  TAS: '3',
  QLD: '7',
  SA: '8',
  WA: '8',
  NT: '8',
};

export const TRADES = list(`
  Strata Management, Real Estate, Medical Centre, Dental, Bakery, Café, Brewing, Physiotherapy, Early Learning, Builders,
  Property Group, Veterinary Clinic, Motor Inn, Fitness, Landscapes, Nursery, Pharmacy, Primary School`);

export const JOBS = list(`
  Blocked drain, Hot water replaced, Leaking tap, Burst pipe, Gas fitting, New bathroom, Rainwater tank, Toilet repaired,
  Backflow test, Roof gutters, Kitchen refit, Annual service`);

export const PROPERTIES = list('House, Unit, Townhouse, Shop, Office, Farm');
export const CAMPAIGNS = list('winter hot water, spring clean, new estate, autumn gutters');
