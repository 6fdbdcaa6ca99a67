// The shortcodes that people at work type most; any other stays as `:name:`, as a custom emoji without its picture would.

const GROUPS = {
  "Often used": `+1 👍 -1 👎 white_check_mark ✅ heavy_check_mark ✔️ x ❌ eyes 👀 tada 🎉 fire 🔥 rotating_light 🚨
    warning ⚠️ wrench 🔧 hammer_and_wrench 🛠️ memo 📝 pushpin 📌 link 🔗 raised_hands 🙌 pray 🙏 heart ❤️ rocket 🚀
    fire_extinguisher 🧯 hourglass_flowing_sand ⏳ zap ⚡ bulb 💡 bug 🐛 lock 🔒 speech_balloon 💬 clap 👏`,
  People: `slightly_smiling_face 🙂 smile 😄 grin 😁 joy 😂 sweat_smile 😅 wink 😉 blush 😊 sunglasses 😎 thinking_face 🤔
    neutral_face 😐 confused 😕 worried 😟 cry 😢 sob 😭 scream 😱 exploding_head 🤯 sleeping 😴 face_with_monocle 🧐
    melting_face 🫠 saluting_face 🫡 see_no_evil 🙈 wave 👋 ok_hand 👌 muscle 💪 point_right 👉 point_up ☝️ point_down 👇
    handshake 🤝 raised_hand ✋ crossed_fingers 🤞 shrug 🤷 facepalm 🤦 technologist 🧑‍💻 firefighter 🧑‍🚒 bust_in_silhouette 👤
    busts_in_silhouette 👥 robot_face 🤖`,
  Signs: `large_green_circle 🟢 large_yellow_circle 🟡 large_orange_circle 🟠 red_circle 🔴 large_blue_circle 🔵
    large_purple_circle 🟣 white_circle ⚪ black_circle ⚫ large_green_square 🟩 large_yellow_square 🟨 large_orange_square 🟧
    large_red_square 🟥 large_blue_square 🟦 white_large_square ⬜ black_large_square ⬛ ballot_box_with_check ☑️
    heavy_plus_sign ➕ heavy_minus_sign ➖ heavy_multiplication_x ✖️ arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️
    arrow_upper_right ↗️ leftwards_arrow_with_hook ↩️ repeat 🔁 arrows_counterclockwise 🔄 twisted_rightwards_arrows 🔀
    no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 stop_sign 🛑 question ❓ exclamation ❗ bangbang ‼️ 100 💯 new 🆕 ok 🆗
    sos 🆘 recycle ♻️ infinity ♾️ information_source ℹ️ question_mark ❓ checkered_flag 🏁 triangular_flag_on_post 🚩
    white_flag 🏳️`,
  Things: `bell 🔔 no_bell 🔕 alarm_clock ⏰ stopwatch ⏱️ hourglass ⌛ calendar 📅 spiral_calendar_pad 🗓️ clipboard 📋
    bookmark 🔖 label 🏷️ paperclip 📎 scissors ✂️ pencil ✏️ pencil2 ✏️ page_facing_up 📄 scroll 📜 books 📚 book 📖
    file_folder 📁 file_cabinet 🗄️ inbox_tray 📥 outbox_tray 📤 package 📦 mailbox 📫 email 📧 mag 🔍 mag_right 🔎 key 🔑
    unlock 🔓 closed_lock_with_key 🔐 shield 🛡️ gear ⚙️ hammer 🔨 nut_and_bolt 🔩 toolbox 🧰 test_tube 🧪 microscope 🔬
    telescope 🔭 satellite_antenna 📡 battery 🔋 electric_plug 🔌 computer 💻 desktop_computer 🖥️ floppy_disk 💾
    cd 💿 telephone_receiver 📞 iphone 📱 pager 📟 loudspeaker 📢 mega 📣 chart_with_upwards_trend 📈
    chart_with_downwards_trend 📉 bar_chart 📊 moneybag 💰 gift 🎁 trophy 🏆 dart 🎯 jigsaw 🧩 ladder 🪜 bricks 🧱
    construction 🚧 ambulance 🚑 fire_engine 🚒 ship 🚢 airplane ✈️ anchor ⚓ house 🏠 office 🏢 earth_africa 🌍
    cloud ☁️ snowflake ❄️ sunny ☀️ crescent_moon 🌙 star ⭐ sparkles ✨ boom 💥 droplet 💧 ocean 🌊 seedling 🌱
    deciduous_tree 🌳 whale 🐳 snake 🐍 crab 🦀 penguin 🐧 elephant 🐘 turtle 🐢 rabbit 🐇 coffee ☕ pizza 🍕 cake 🍰 beer 🍺`,
};

export const GROUPED = Object.entries(GROUPS).map(([name, list]) => {
  const words = list.trim().split(/\s+/);
  return { name, emoji: words.flatMap((word, i) => (i % 2 ? [] : [[word, words[i + 1]]])) };
});

const BY_NAME = new Map([
  ...GROUPED.flatMap((group) => group.emoji),
  ["thumbsup", "👍"],
  ["thumbsdown", "👎"],
  ["hourglass_not_done", "⏳"],
  ["white_medium_square", "◻️"],
  ["simple_smile", "🙂"],
  ["rage", "😡"],
]);

/** The character of a shortcode, with or without its skin tone, or undefined. */
export function emojiOf(name) {
  return BY_NAME.get(name.replace(/::skin-tone-\d$/, ""));
}
